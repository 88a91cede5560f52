#include "runner/migration/execute.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/migration/stand_in_statement.hpp"
#include "runner/postgres/shadow.hpp"
#include "runner/postgres/stand_ins.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace runner {

bool Execution::failed() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

/// What says that the server, not the migration, is at fault.
static bool is_environment(const SqlError& error) {
  const std::string_view state = error.sqlstate;
  return state.starts_with("53") || state.starts_with("58") || state.starts_with("08") || state == "57P01" ||
         state == "57P02" || state == "57P03";
}

static Error environment_error(const StatementResult& result, const SqlSource& source,
                               const Statement& statement) {
  Error error{ExitCode::environment, result.connection_lost
                                         ? "the connection broke while a statement ran"
                                         : fmt::format("the server cannot go on: {}", result.error->message)};
  error.at(place_at(source.shown_path, source.sql, statement.offset));
  if (result.connection_lost) error.because(result.error->message);
  if (result.error->sqlstate.starts_with("53100"))
    error.hint("free disk space where the server keeps its data");
  return error;
}

// --- Extensions --------------------------------------------------------------------------------------------

static constexpr std::string_view other_server =
    "set shadow.server (SHADOW_DATABASE_URL) to a server that has it";

static Error missing_extension(const std::string& extension, const SqlError& refusal, const SqlSource& source,
                               const Statement& statement, int server_major) {
  Error error{ExitCode::environment,
              fmt::format("extension '{}', which {} creates, is not available on this server", extension,
                          source.subject.empty() ? source.shown_path : source.subject)};
  error.because(refusal.message);  // its detail names a file of our private tree
  error.at(place_at(source.shown_path, source.sql, statement.offset));
  const std::string package = debian_package_of_extension(extension, server_major);
  error.hint(package.empty() ? std::string(other_server)
                             : fmt::format("install the Debian package {}, or {}", package, other_server));
  return error;
}

static Error missing_extension_version(const SqlError& refusal, const SqlSource& source,
                                       const Statement& statement) {
  Error error{ExitCode::environment,
              fmt::format("extension '{}' has no such version on this server", statement.object)};
  error.because(refusal.message);
  error.at(place_at(source.shown_path, source.sql, statement.offset));
  error.hint(fmt::format("leave VERSION out, or {}", other_server));
  return error;
}

/// Empty where the message begins otherwise, or does not go on so.
static std::string_view between(std::string_view message, std::string_view before, std::string_view after) {
  const std::size_t end = message.find(after);
  if (!message.starts_with(before) || end == std::string_view::npos) return {};
  return message.substr(before.size(), end - before.size());
}

/// The extension that a DO block or a function asked for. There is no field for its name, so it is taken from
/// the message, which our sessions ask for in English. Source: PostgreSQL, src/backend/commands/extension.c.
static std::string extension_in(const SqlError& refusal) {
  const std::string_view name = between(refusal.message, "extension \"", "\" is not available");
  if (!name.empty()) return std::string(name);
  const std::string_view path =  // before 15
      between(refusal.message, "could not open extension control file \"", ".control\"");
  return std::string(path.substr(path.rfind('/') + 1));
}

static void throw_if_extension_is_missing(const SqlError& refusal, const SqlSource& source,
                                          const Statement& statement, int server_major) {
  const bool creates = statement.kind == StatementKind::create_extension;
  // 0A000 since PostgreSQL 15, 58P01 before.
  if (refusal.sqlstate == "0A000" || refusal.sqlstate == "58P01") {
    const std::string extension = creates ? statement.object : extension_in(refusal);
    if (!extension.empty()) throw missing_extension(extension, refusal, source, statement, server_major);
  }
  if (creates && refusal.sqlstate == "22023") throw missing_extension_version(refusal, source, statement);
}

/// A stand-in took the place of an extension that this machine lacks.
static std::optional<Finding> stand_in_warning(Session& session, const SqlSource& source,
                                               const Statement& statement, int server_major) {
  const std::array<Cell, 2> parameters{statement.object, std::string(stand_in_version)};
  const Rows found =
      session.query("SELECT FROM pg_catalog.pg_extension WHERE extname = $1 AND extversion = $2",
                    "look for a stand-in", parameters);
  if (found.rows.empty()) return std::nullopt;
  Finding finding = finding_at(statement, source, "stand-in", Severity::warning);
  finding.message = fmt::format(
      "extension '{}' is missing on this machine; a stand-in has its types and functions by name, and what "
      "they do is not tried",
      statement.object);
  const std::string package = debian_package_of_extension(statement.object, server_major);
  finding.remedy = package.empty()
                       ? "To try that, too, set shadow.server (SHADOW_DATABASE_URL) to a server\nthat has it."
                       : fmt::format("To try that, too, install the Debian package {}.", package);
  return finding;
}

static Finding not_analysed(const StandInStatement& index, const SqlSource& source,
                            const Statement& statement) {
  Finding finding = finding_at(statement, source, "not-analysed", Severity::info);
  finding.message = fmt::format(
      "the access method {} is a stand-in's: that there is such an index is tried, its options and what it "
      "takes to "
      "build it are not",
      index.method);
  return finding;
}

// --- One file ----------------------------------------------------------------------------------------------

namespace {
class FileRun {
 public:
  FileRun(SqlSource source, Session& session, const ExecuteHooks& hooks)
      : source_(std::move(source)), session_(session), hooks_(hooks) {}

  Execution run();

 private:
  void execute_all(const std::vector<Statement>& statements);
  bool execute_one(const Statement& statement);
  bool execute_in_own_transaction(const Statement& statement);
  StatementResult send(const Statement& statement);
  void refused(const StatementResult& result, const Statement& statement);
  void warn_about_shape(const std::vector<Statement>& statements);
  bool commit(const Statement& last);
  void before_commit() {
    if (hooks_.before_commit) hooks_.before_commit();
  }
  void transaction_ended() {
    if (hooks_.transaction_ended) hooks_.transaction_ended();
  }

  SqlSource source_;
  Session& session_;
  const ExecuteHooks& hooks_;
  Execution execution_{};
};
}  // namespace

StatementResult FileRun::send(const Statement& statement) {
  const auto other = stand_in_statement(session_, statement.text);
  if (other && !other->method.empty())
    execution_.findings.push_back(not_analysed(*other, source_, statement));
  StatementResult result = session_.execute(other ? std::string_view(other->statement) : statement.text);
  if (hooks_.on_notice)
    for (const Notice& notice : result.notices) hooks_.on_notice(statement, notice);
  return result;
}

void FileRun::refused(const StatementResult& result, const Statement& statement) {
  throw_if_extension_is_missing(*result.error, source_, statement, hooks_.server_major);
  if (result.connection_lost || is_environment(*result.error))
    throw environment_error(result, source_, statement);
  execution_.sqlstate = result.error->sqlstate;
  execution_.findings.push_back(refused_statement(*result.error, source_, statement));
}

bool FileRun::execute_one(const Statement& statement) {
  const bool ends = statement.kind == StatementKind::commit || statement.kind == StatementKind::rollback;
  if (ends && session_.state() == TransactionState::idle) {
    Finding finding = finding_at(statement, source_, "commit-without-begin", Severity::warning);
    finding.message = "no transaction is open here: the statement does nothing";
    finding.remedy = "Remove the statement.";
    execution_.findings.push_back(std::move(finding));
  }
  if (hooks_.before_statement) hooks_.before_statement(statement);
  const auto started = std::chrono::steady_clock::now();
  const StatementResult result = send(statement);
  if (result.error) {
    refused(result, statement);
    return false;
  }
  ++execution_.statements;
  if (hooks_.after_statement) hooks_.after_statement(statement, std::chrono::steady_clock::now() - started);
  if (session_.state() == TransactionState::idle) transaction_ended();
  if (statement.kind == StatementKind::create_extension)
    if (auto warning = stand_in_warning(session_, source_, statement, hooks_.server_major))
      execution_.findings.push_back(std::move(*warning));
  return true;
}

bool FileRun::commit(const Statement& last) {
  const StatementResult result = session_.execute("COMMIT");
  transaction_ended();
  if (!result.error) return true;
  if (result.connection_lost || is_environment(*result.error)) throw environment_error(result, source_, last);
  execution_.sqlstate = result.error->sqlstate;
  execution_.findings.push_back(refused_commit(*result.error, source_, last));
  return false;
}

/// As `apply` does it.
bool FileRun::execute_in_own_transaction(const Statement& statement) {
  session_.query("BEGIN", "begin a transaction");
  return execute_one(statement) && commit(statement);
}

void FileRun::execute_all(const std::vector<Statement>& statements) {
  const bool ours = execution_.shape == TransactionShape::ours;
  const bool own_pair = execution_.shape == TransactionShape::own_pair;
  const bool alone = execution_.shape == TransactionShape::none;
  const bool directive = alone && says_no_transaction(source_.sql);
  if (ours) session_.query("BEGIN", "begin a transaction");
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (own_pair && i + 1 == statements.size()) before_commit();
    const bool wrapped = alone && runs_in_transaction(statements[i], directive);
    if (!(wrapped ? execute_in_own_transaction(statements[i]) : execute_one(statements[i]))) return;
  }
  if (ours) {
    before_commit();
    commit(statements.back());
    return;
  }
  if (session_.state() != TransactionState::idle) {
    Finding finding = finding_at(statements.back(), source_, "open-transaction", Severity::error);
    finding.message = "the file ends within a transaction: nothing since its BEGIN would be kept";
    finding.remedy = "End the file with COMMIT, or remove its BEGIN: a migration is one\ntransaction anyway.";
    execution_.findings.push_back(std::move(finding));
    return;
  }
  if (!own_pair) before_commit();
}

void FileRun::warn_about_shape(const std::vector<Statement>& statements) {
  const auto first = [&](auto is) { return std::find_if(statements.begin(), statements.end(), is); };
  if (execution_.shape == TransactionShape::as_written) {
    const auto end = first([](const Statement& statement) {
      return statement.kind == StatementKind::commit || statement.kind == StatementKind::rollback;
    });
    if (end == statements.end()) return;  // "open-transaction" will say it
    Finding finding = finding_at(*end, source_, "own-transaction", Severity::warning);
    finding.message =
        "the file's own transaction control runs as written: what it commits stays, whatever fails later";
    finding.remedy =
        "Remove BEGIN and COMMIT: a migration is one transaction anyway.\nOr make each part a migration.";
    execution_.findings.push_back(std::move(finding));
  } else if (execution_.shape == TransactionShape::none && statements.size() > 1 &&
             !says_no_transaction(source_.sql)) {
    Finding finding = finding_at(*first([](const Statement& statement) {
      return statement.kind == StatementKind::outside_transaction;
    }),
                                 source_, "not-atomic", Severity::warning);
    finding.message = fmt::format(
        "not allowed in a transaction, so the file's {} statements run one by one: what succeeds stays, "
        "whatever "
        "fails later",
        statements.size());
    finding.remedy = "Give this statement a migration of its own.";
    execution_.findings.push_back(std::move(finding));
  }
}

Execution FileRun::run() {
  const auto started = std::chrono::steady_clock::now();
  const SplitResult split = split_statements(source_.sql);
  if (!split.problems.empty()) {
    execution_.findings.push_back(unsplittable(split.problems.front(), source_));
    if (const std::size_t more = split.problems.size() - 1; more > 0)
      execution_.findings.back().detail += fmt::format("and {} further on\n", count_of(more, "place"));
    return execution_;
  }
  if (split.statements.empty()) {  // which is for `history` to tell
    before_commit();
    return execution_;
  }
  execution_.shape = transaction_shape(split.statements, source_.sql);
  if (hooks_.started) hooks_.started(execution_.shape);
  warn_about_shape(split.statements);
  RollbackGuard guard{session_};
  execute_all(split.statements);
  guard.end();
  session_.reset();
  execution_.duration = std::chrono::steady_clock::now() - started;
  return execution_;
}

Execution execute_sql(std::string_view sql, const std::string& shown_path, const std::string& subject,
                      Session& session, const ExecuteHooks& hooks) {
  return FileRun{SqlSource{sql, shown_path, subject}, session, hooks}.run();
}

Execution execute_migration(const Migration& migration, Session& session, const ExecuteHooks& hooks) {
  const std::string sql = migration.read_sql();
  return execute_sql(sql, migration.shown_path, migration.label(), session, hooks);
}

}  // namespace runner
