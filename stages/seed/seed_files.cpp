#include "stages/seed/seed_files.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/commit_in_doubt.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/sql/statement_pieces.hpp"
#include "runner/sql/written_name.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::size_t read_size_bytes = 256 << 10;
/// One text for the server each: a round trip costs nothing then, and what it has to parse stays small.
static constexpr std::size_t piece_size_bytes = 1 << 20;

namespace {
/// One file on its way into the database.
class SeedFile {
 public:
  SeedFile(Session& session, const fs::path& path, const fs::path& root)
      : session_(session), path_(path), shown_path_(display_path(path, root)) {}

  /// Reads it once: its digest, and whether it can be one transaction. A finding when it cannot.
  std::optional<Finding> look();
  /// Sends it within the open transaction. A finding when the server refuses it.
  std::optional<Finding> send(const StopSignal& stop);
  const std::string& shown_path() const { return shown_path_; }
  const std::string& digest() const { return digest_; }

 private:
  template <typename Use>
  std::optional<Finding> for_each_piece(Use&& use);
  Finding finding_at(const StatementPieces& pieces, std::string_view piece, std::size_t offset,
                     std::string message) const;

  Session& session_;
  const fs::path& path_;
  std::string shown_path_;
  std::string digest_{};
  Sha256 hash_{};
};
}  // namespace

template <typename Use>
std::optional<Finding> SeedFile::for_each_piece(Use&& use) {
  std::ifstream file(path_, std::ios::binary);
  if (!file || fs::is_directory(path_))
    throw Error{ExitCode::usage, fmt::format("cannot read the seed file '{}'", shown_path_)}.hint(
        "correct 'seeds.files' in the pipeline file");
  StatementPieces pieces(piece_size_bytes);
  std::string buffer(read_size_bytes, '\0');
  bool first = true;
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    std::string_view text = std::string_view(buffer).substr(0, static_cast<std::size_t>(file.gcount()));
    if (digest_.empty()) hash_.add(text);
    if (std::exchange(first, false) && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    pieces.add(text);
    if (!file) pieces.end();
    while (const auto piece = pieces.next())
      if (auto finding = use(pieces, *piece)) return finding;
  }
  return std::nullopt;
}

Finding SeedFile::finding_at(const StatementPieces& pieces, std::string_view piece, std::size_t offset,
                             std::string message) const {
  Finding finding{.rule = "seed-file-refused", .place = place_at(shown_path_, piece, offset)};
  finding.place.line += static_cast<int>(pieces.lines_before());
  finding.subject = shown_path_;
  finding.message = std::move(message);
  return finding;
}

std::optional<Finding> SeedFile::look() {
  auto finding =
      for_each_piece([&](const StatementPieces& pieces, std::string_view piece) -> std::optional<Finding> {
        if (const std::size_t zero = piece.find('\0'); zero != std::string_view::npos)
          return finding_at(pieces, piece, zero, "a NUL byte, which no SQL text can hold");
        if (!pieces.transaction_control()) return std::nullopt;
        Finding refused =
            finding_at(pieces, piece, *pieces.transaction_control(), "transaction control in a seed file");
        refused.remedy = "Remove it: a seed file is one transaction together with its digest.";
        return refused;
      });
  if (!finding) digest_ = hash_.digest();
  return finding;
}

std::optional<Finding> SeedFile::send(const StopSignal& stop) {
  return for_each_piece([&](const StatementPieces& pieces, std::string_view piece) -> std::optional<Finding> {
    stop.check();
    const StatementResult result = session_.execute(piece);
    if (!result.error) return std::nullopt;
    if (result.connection_lost)
      throw Error{ExitCode::environment, fmt::format("the connection broke in {}", shown_path_)}
          .because(result.error->message)
          .hint("nothing of the file is kept; try again");
    Finding finding =
        finding_at(pieces, piece, byte_offset(piece, std::max<std::size_t>(result.error->position_chars, 1)),
                   fmt::format("{} (SQLSTATE {})", result.error->message, result.error->sqlstate));
    if (result.error->position_chars == 0) finding.place = {.path = shown_path_};
    finding.remedy =
        result.error->hint.empty() ? "Correct the file; nothing of it was kept." : result.error->hint;
    return finding;
  });
}

static std::string seed_table(const HistoryTable& history) {
  return written_name(history.schema) + ".seed_files";
}

static void prepare(Session& session, const HistoryTable& history) {
  const std::array<Cell, 1> name{Cell{seed_table(history)}};
  if (session.query("SELECT to_regclass($1)", "look for the table of seed files", name).rows[0][0]) return;
  session.query(
      fmt::format("CREATE SCHEMA IF NOT EXISTS {}; CREATE TABLE IF NOT EXISTS {} (path text NOT NULL PRIMARY "
                  "KEY, hash text NOT NULL)",
                  written_name(history.schema), seed_table(history)),
      "make the table of seed files");
}

/// The digest that is recorded, locked until the transaction ends: two runners take turns.
static Cell recorded(Session& session, const HistoryTable& history, const std::string& path) {
  const std::array<Cell, 1> key{Cell{path}};
  session.query(fmt::format("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", seed_table(history)),
                "lock the table of seed files");
  const Rows found = session.query(fmt::format("SELECT hash FROM {} WHERE path = $1", seed_table(history)),
                                   "read the table of seed files", key);
  return found.rows.empty() ? Cell{} : found.rows[0][0];
}

static void record(Session& session, const HistoryTable& history, const SeedFile& file) {
  const std::array<Cell, 2> row{Cell{file.shown_path()}, Cell{file.digest()}};
  session.query(
      fmt::format("INSERT INTO {} (path, hash) VALUES ($1, $2) ON CONFLICT (path) DO UPDATE SET hash = "
                  "EXCLUDED.hash",
                  seed_table(history)),
      "record the seed file", row);
}

/// A finding when the server refuses: what a constraint that waits for the COMMIT does not let pass.
static std::optional<Finding> commit_file(Session& session, const HistoryTable& history, const SeedFile& file,
                                          Reporter& reporter, const StopSignal& stop) {
  const DoubtfulCommit doubtful{
      .doing = file.shown_path(),
      .probe = {fmt::format("SELECT 1 FROM {} WHERE path = $1 AND hash = $2", seed_table(history)),
                {file.shown_path(), file.digest()}},
      .hint = "run it again: a file that was kept does not run a second time"};
  const std::optional<SqlError> error = commit(session, doubtful, history, stop, reporter);
  if (!error) return std::nullopt;
  return Finding{.rule = "seed-file-refused",
                 .place = {.path = file.shown_path()},
                 .subject = file.shown_path(),
                 .message = fmt::format("at the COMMIT: {} (SQLSTATE {})", error->message, error->sqlstate),
                 .remedy = "Correct the file; nothing of it was kept."};
}

static std::optional<Finding> run_file(Session& session, SeedFile& file, const HistoryTable& history,
                                       Reporter& reporter, const StopSignal& stop) {
  if (auto finding = file.look()) return finding;
  RollbackGuard guard(session);
  session.query(
      "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '1min'",
      "begin a transaction");
  const Cell before = recorded(session, history, file.shown_path());
  if (before == file.digest()) {
    reporter.say(fmt::format("{}: not changed since it was run", file.shown_path()));
    return std::nullopt;
  }
  reporter.say(before ? fmt::format("{}: changed since it was run, runs again", file.shown_path())
                      : fmt::format("{}: new, runs", file.shown_path()));
  if (auto finding = file.send(stop)) return finding;
  session.reset();  // what the file has SET
  record(session, history, file);
  return commit_file(session, history, file, reporter, stop);
}

Outcome run_seed_files(Session& session, std::span<const fs::path> files, const fs::path& root,
                       const HistoryTable& history, Reporter& reporter, const StopSignal& stop) {
  Outcome outcome;
  if (files.empty()) return outcome;
  prepare(session, history);
  for (const fs::path& path : files) {
    SeedFile file(session, path, root);
    if (auto finding = run_file(session, file, history, reporter, stop))
      outcome.findings.push_back(std::move(*finding));
    outcome.cases.push_back({.name = file.shown_path(),
                             .status = outcome.findings.empty() ? CaseStatus::passed : CaseStatus::failed,
                             .path = file.shown_path()});
    if (!outcome.findings.empty()) break;
  }
  outcome.summary = outcome.findings.empty()
                        ? fmt::format("{} run or up to date", count_of(files.size(), "seed file"))
                        : "a seed file was refused, nothing of it is kept";
  return outcome;
}

}  // namespace runner
