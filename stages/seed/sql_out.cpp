#include "stages/seed/sql_out.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/seed/row_maker.hpp"
#include "runner/seed/sql_text.hpp"
#include "stages/seed/row_progress.hpp"
#include "stages/seed/seeding.hpp"

#include <cerrno>
#include <cstring>
#include <future>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

namespace {
/// A file beside its final place, which it takes when all of them are whole.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)), draft_(path_.string() + ".part") {
    ::unlink(draft_.c_str());
    file_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file_ < 0) fail();
  }
  ~NewFile() {
    if (writing_.valid()) writing_.wait();
    if (file_ >= 0) ::close(file_);
    if (!kept_) ::unlink(draft_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Takes the text, which is written while the next is made, and leaves an empty one.
  void write(std::string& text) {
    finish_writing();
    taken_.swap(text);
    text.clear();
    writing_ = std::async(std::launch::async | std::launch::deferred, [this] { write_all(taken_); });
  }
  void close() {
    finish_writing();
    if (::close(std::exchange(file_, -1)) != 0) fail();
  }
  void keep() {
    if (::rename(draft_.c_str(), path_.c_str()) != 0) fail();
    kept_ = true;
  }

 private:
  void finish_writing() {
    if (writing_.valid()) writing_.get();
  }
  void write_all(std::string_view text) {
    while (!text.empty()) {
      const ssize_t put = ::write(file_, text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail();
      text.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  [[noreturn]] void fail() const {
    throw Error{ExitCode::environment, fmt::format("cannot write '{}'", path_.string())}.because(
        std::strerror(errno));
  }
  fs::path path_;
  std::string draft_;
  int file_ = -1;
  bool kept_ = false;
  std::string taken_{};
  std::future<void> writing_{};
};
}  // namespace

static Outcome write_dataset(const Dataset& dataset, NewFile& file, BatchEncryptor* encryptor,
                             std::size_t limit, Reporter& reporter, const StopSignal& stop) {
  RowMaker maker(dataset, encryptor, limit);
  SqlText text(dataset, [&](std::string& piece) { file.write(piece); });
  RowProgress progress(dataset.name, reporter);
  RowBatch batch;
  text.begin();
  while (maker.next(batch)) {
    stop.check();
    text.add(batch);
    progress.show(maker);
  }
  text.finish(maker.counts());
  Outcome outcome;
  outcome.findings = maker.findings();
  outcome.cases = {{.name = dataset.name,
                    .status = maker.failed() ? CaseStatus::failed : CaseStatus::passed,
                    .path = dataset.shown_path}};
  if (!maker.failed())
    reporter.say(
        fmt::format("{}: {}", dataset.shown_csv, counts_shown(maker.counts(), maker.counts().made, 0)));
  return outcome;
}

static void make_folder(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error{ExitCode::environment, fmt::format("cannot make the folder '{}'", folder.string())}.because(
        problem.message());
}

Outcome write_sql(const fs::path& target, std::span<const Dataset* const> datasets, BatchEncryptor* encryptor,
                  std::size_t limit, Reporter& reporter, const StopSignal& stop) {
  const bool one_file = target.extension() == ".sql";
  make_folder(one_file ? target.parent_path() : target);
  std::vector<std::unique_ptr<NewFile>> files;
  Outcome outcome;
  for (const Dataset* dataset : datasets) {
    if (files.empty() || !one_file)
      files.push_back(std::make_unique<NewFile>(
          one_file ? target : target / fmt::format("{:02}_{}.sql", files.size() + 1, dataset->name)));
    outcome += write_dataset(*dataset, *files.back(), encryptor, limit, reporter, stop);
  }
  if (!outcome.findings.empty()) {
    outcome.summary = fmt::format("{}, no file is written", count_of(outcome.findings.size(), "finding"));
    return outcome;
  }
  for (const auto& file : files) file->close();
  for (const auto& file : files) file->keep();
  outcome.summary = fmt::format("{} written to {}", count_of(datasets.size(), "dataset"), target.string());
  return outcome;
}

}  // namespace runner
