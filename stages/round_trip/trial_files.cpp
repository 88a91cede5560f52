#include "stages/round_trip/trial_files.hpp"

#include "runner/core/file.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/sql/statement.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

std::vector<SqlFile> up_files(std::span<const Migration> unit) {
  std::vector<SqlFile> files;
  for (const Migration& migration : unit)
    files.push_back({migration.read_sql(), migration.shown_path, migration.label()});
  return files;
}

std::vector<SqlFile> down_files(std::span<const Migration> unit, const std::filesystem::path& root) {
  std::vector<SqlFile> files;
  for (auto migration = unit.rbegin(); migration != unit.rend(); ++migration)
    files.push_back(
        {read_file(*migration->rollback), display_path(*migration->rollback, root), migration->label()});
  return files;
}

std::vector<std::string_view> texts_of(const std::vector<SqlFile>& files) {
  std::vector<std::string_view> texts;
  for (const SqlFile& file : files) texts.emplace_back(file.sql);
  return texts;
}

/// What is sent to execute a file in one round trip; nothing for a file that is no single transaction, or
/// that copies from or to the client.
static std::vector<PipelineCall> sent_at_once(const SqlFile& file, std::string_view timeout,
                                              const SqlCall* row) {
  const SplitResult split = split_statements(file.sql);
  if (!split.problems.empty() || split.statements.empty()) return {};
  const TransactionShape shape = transaction_shape(split.statements, file.sql);
  const bool own_pair = shape == TransactionShape::own_pair;
  if (shape != TransactionShape::ours && !own_pair) return {};
  std::vector<PipelineCall> sent{
      {.sql = "DISCARD TEMP"}, {.sql = own_pair ? split.statements.front().text : "BEGIN"}, {.sql = timeout}};
  for (const Statement& statement : split.statements) {
    if (same_tokens(statement.text.substr(0, 4), "COPY")) return {};
    if (statement.kind != StatementKind::begin && statement.kind != StatementKind::commit)
      sent.push_back({.sql = statement.text});
  }
  if (row != nullptr) {  // which a role that the file took may not write
    sent.push_back({.sql = "RESET SESSION AUTHORIZATION"});
    sent.push_back({.sql = "RESET ROLE"});
    sent.push_back({.sql = row->sql, .parameters = row->parameters});
  }
  sent.push_back({.sql = "COMMIT"});
  return sent;
}

bool execute_at_once(const SqlFile& file, Session& session, std::string_view timeout, const SqlCall* row) {
  const std::vector<PipelineCall> calls = sent_at_once(file, timeout, row);
  if (calls.empty()) return false;
  RollbackGuard guard{session};
  const PipelineResult result = session.execute_together(calls, {});
  guard.end();
  return result.results.size() == calls.size() && !result.results.back().error;
}

static std::optional<RefusedFile> execute_one_by_one(const SqlFile& file, Workplace& place,
                                                     std::string_view timeout) {
  place.renew();
  Session& session = place.owner();
  session.query(timeout, "limit the time of statements");
  Execution execution = execute_sql(file.sql, file.shown_path, file.label, session,
                                    {.server_major = place.shadow().server_version() / 10000});
  if (!execution.failed()) return std::nullopt;
  // Its warnings are about the file; dry-run tells them.
  return RefusedFile{std::move(execution.findings.back()), std::move(execution.sqlstate)};
}

std::optional<RefusedFile> execute_files(const std::vector<SqlFile>& files, Workplace& place,
                                         std::chrono::milliseconds statement_timeout) {
  const std::string timeout = fmt::format("SET statement_timeout = {}", statement_timeout.count());
  for (const SqlFile& file : files) {
    // Most are executed with success, in one round trip. What was refused is told by doing it once more.
    if (execute_at_once(file, place.owner(), timeout)) continue;
    if (auto refused = execute_one_by_one(file, place, timeout)) return refused;
  }
  return std::nullopt;
}

Finding finding_of(const RefusedFile& refused, const Complaint& complaint) {
  Finding finding = refused.finding;
  finding.rule = complaint.rule;
  finding.severity = complaint.severity;
  finding.message = fmt::format("{}{}", complaint.said, finding.message);
  if (!complaint.remedy.empty()) finding.remedy = complaint.remedy;
  return finding;
}

}  // namespace runner
