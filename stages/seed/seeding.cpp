#include "stages/seed/seeding.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/batch_encryptor.hpp"
#include "runner/crypto/encryption_key.hpp"
#include "runner/migration/commit_in_doubt.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/seed/load.hpp"
#include "stages/seed/row_progress.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

SeedCipher::SeedCipher(std::span<const Dataset* const> datasets) {
  if (std::any_of(datasets.begin(), datasets.end(),
                  [](const Dataset* dataset) { return dataset->encrypts(); }))
    encryptor_ = std::make_unique<BatchEncryptor>(EncryptionKey::from_environment());
}
SeedCipher::~SeedCipher() = default;

std::string counts_shown(const RowCounts& counts, std::uint64_t written, std::uint64_t already_there) {
  std::string text = fmt::format("{} written, {} skipped", count_of(written, "row"), counts.skipped_rows());
  std::vector<std::string> reasons;
  for (const auto& [reason, rows] : counts.skipped)
    if (rows > 0) reasons.push_back(fmt::format("{}: {}", reason, rows));
  if (!reasons.empty()) text += fmt::format(" ({})", fmt::join(reasons, ", "));
  if (already_there > 0) text += fmt::format(", {} there already", already_there);
  return text;
}

namespace {
/// One transaction for all of the datasets.
class Seeding {
 public:
  Seeding(Session& session, BatchEncryptor* encryptor, std::size_t limit, Reporter& reporter)
      : session_(session), encryptor_(encryptor), limit_(limit), reporter_(reporter) {}

  Outcome run(std::span<const Dataset* const> datasets, const HistoryTable& history, const StopSignal& stop);

 private:
  void load(const Dataset& dataset);
  void commit_all(const HistoryTable& history, const StopSignal& stop);

  Session& session_;
  BatchEncryptor* encryptor_;
  std::size_t limit_;
  Reporter& reporter_;
  Outcome outcome_{};
  const Dataset* last_written_ = nullptr;
  std::uint64_t rows_ = 0;
  std::uint64_t skipped_ = 0;
};
}  // namespace

static void add_skipped(Outcome& outcome, const Dataset& dataset) {
  outcome.cases.push_back({.name = dataset.name,
                           .status = CaseStatus::skipped,
                           .text = "a dataset before it has bad rows",
                           .path = dataset.shown_path});
}

Outcome Seeding::run(std::span<const Dataset* const> datasets, const HistoryTable& history,
                     const StopSignal& stop) {
  RollbackGuard guard(session_);
  session_.query(
      "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '1min';"
      " SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'",
      "begin a transaction");
  for (const Dataset* dataset : datasets) {
    if (outcome_.findings.empty())
      load(*dataset);
    else
      add_skipped(outcome_, *dataset);
  }
  if (!outcome_.findings.empty()) {
    guard.end();
    outcome_.summary = fmt::format("{}, nothing is loaded", count_of(outcome_.findings.size(), "finding"));
    return std::move(outcome_);
  }
  commit_all(history, stop);
  outcome_.summary = fmt::format("{} loaded, {} written, {} skipped", count_of(datasets.size(), "dataset"),
                                 count_of(rows_, "row"), skipped_);
  return std::move(outcome_);
}

void Seeding::load(const Dataset& dataset) {
  const auto started = std::chrono::steady_clock::now();
  RowProgress progress(dataset.name, reporter_);
  LoadResult result =
      load_dataset(session_, dataset, encryptor_, limit_, [&](const RowMaker& maker, LoadPhase phase) {
        phase == LoadPhase::reading ? progress.show(maker) : progress.show_inserting(maker);
      });
  Case done{.name = dataset.name, .path = dataset.shown_path};
  done.duration = std::chrono::steady_clock::now() - started;
  if (result.findings.empty()) {
    const std::string counts = counts_shown(result.counts, result.written, result.already_there);
    reporter_.say(fmt::format("{} → {}: {}", dataset.shown_csv, dataset.table.shown(), counts));
    rows_ += result.written;
    if (result.written > 0) last_written_ = &dataset;
    skipped_ += result.counts.skipped_rows();
  } else {
    done.status = CaseStatus::failed;
    if (result.findings.size() >= limit_)
      reporter_.warn(fmt::format("{}: only the first {} are told; there may be more", dataset.shown_csv,
                                 count_of(limit_, "finding")));
  }
  outcome_.findings = std::move(result.findings);
  outcome_.cases.push_back(std::move(done));
}

void Seeding::commit_all(const HistoryTable& history, const StopSignal& stop) {
  const DoubtfulCommit doubtful{
      .doing = "the load",
      .probe = probe_of_rows(session_, last_written_ == nullptr ? "" : last_written_->table.written()),
      .hint = "look whether the rows are there: all of them are, or none; where they are not, run it again"};
  const std::optional<SqlError> error = commit(session_, doubtful, history, stop, reporter_);
  if (!error) return;
  throw Error{ExitCode::environment,
              fmt::format("the datasets could not be committed at {}", session_.url().describe())}
      .because(error->message)
      .hint("nothing is loaded; try again");
}

Outcome load_datasets(Session& session, std::span<const Dataset* const> datasets, BatchEncryptor* encryptor,
                      std::size_t limit, Reporter& reporter, const HistoryTable& history,
                      const StopSignal& stop) {
  return Seeding(session, encryptor, limit, reporter).run(datasets, history, stop);
}

}  // namespace runner
