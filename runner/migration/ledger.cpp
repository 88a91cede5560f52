#include "runner/migration/ledger.hpp"

#include "runner/core/error.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <random>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace runner {

// --- who runs

static std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

static std::string user_at_host() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  const passwd* entry = ::getpwuid(::geteuid());
  const std::string user = entry != nullptr ? entry->pw_name : fmt::format("uid-{}", ::geteuid());
  return fmt::format("{}@{}", user, host);
}

static std::string new_batch() {
  return fmt::format("run-{:%Y%m%dT%H%M%SZ}-{:08x}", fmt::gmtime(std::time(nullptr)), std::random_device{}());
}

LedgerRun LedgerRun::of_environment() {
  LedgerRun run;
  const auto pipeline = variable("CI_PIPELINE_ID");
  run.batch = pipeline ? "pipeline-" + *pipeline : new_batch();
  run.actor = variable("GITLAB_USER_LOGIN").value_or(user_at_host());
  run.commit = variable("CI_COMMIT_SHA");
  run.pipeline = variable("CI_PIPELINE_URL");
  run.job = variable("CI_JOB_URL");
  return run;
}

// --- writing

std::string log_table(const Session& session, const HistoryTable& history) {
  return session.quoted_identifier(history.schema) + ".runner_log";
}

std::string progress_table(const Session& session, const HistoryTable& history) {
  return session.quoted_identifier(history.schema) + ".runner_progress";
}

SqlCall add_entry(const Session& session, const HistoryTable& history, const LedgerEntry& entry) {
  SqlCall call;
  // Both times are the server's. now() is when the transaction began.
  const std::string_view times =
      entry.duration
          ? "pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $18::bigint / 1000.0), "
            "pg_catalog.clock_timestamp(), $18::bigint"
          : "pg_catalog.now(), pg_catalog.clock_timestamp(), "
            "(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint";
  static constexpr std::string_view made_here =
      "pg_catalog.concat($14::text, ' at ', pg_catalog.pg_create_restore_point($14::text))";
  call.sql = fmt::format(
      "INSERT INTO {} (batch, action, version, name, actor, commit_sha, pipeline_url, job_url, "
      "runner_version, digest, rollback_digest, rollback, proof, restore_point, lock_wait_ms, retries, "
      "outcome, started_at, finished_at, duration_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13, {}, $15, $16, $17, {}) RETURNING id",
      log_table(session, history), entry.makes_restore_point ? made_here : "$14", times);
  call.parameters = {entry.run.batch,
                     entry.action,
                     entry.version,
                     entry.name,
                     entry.run.actor,
                     entry.run.commit,
                     entry.run.pipeline,
                     entry.run.job,
                     RUNNER_VERSION,
                     entry.digest,
                     entry.rollback_digest,
                     entry.rollback,
                     entry.proof,
                     entry.restore_point,
                     std::to_string(entry.lock_wait.count()),
                     std::to_string(entry.retries),
                     entry.outcome};
  if (entry.duration) call.parameters.emplace_back(std::to_string(entry.duration->count()));
  return call;
}

// --- reading

static bool is_absent(const SqlError& error) {
  return error.sqlstate == "42P01" || error.sqlstate == "3F000";
}

static LedgerEntry entry_of(std::vector<Cell>& cells) {
  std::size_t at = 0;
  const auto maybe = [&] { return std::move(cells.at(at++)); };
  const auto text = [&] { return maybe().value_or(""); };
  const auto number = [&] { return std::stoll(maybe().value_or("0")); };
  LedgerEntry entry;
  entry.id = number();
  entry.run.batch = text();
  entry.action = text();
  entry.version = text();
  entry.name = text();
  entry.run.actor = text();
  entry.run.commit = maybe();
  entry.run.pipeline = maybe();
  entry.run.job = maybe();
  entry.runner_version = text();
  entry.digest = maybe();
  entry.rollback_digest = maybe();
  entry.rollback = maybe();
  entry.proof = maybe();
  entry.restore_point = maybe();
  entry.started = text();
  entry.finished = text();
  entry.duration = std::chrono::milliseconds(number());
  entry.lock_wait = std::chrono::milliseconds(number());
  entry.retries = number();
  entry.outcome = text();
  return entry;
}

std::vector<LedgerEntry> read_ledger(Session& session, const HistoryTable& history,
                                     const LedgerFilter& filter) {
  static constexpr std::string_view time = R"(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))";
  const std::string sql = fmt::format(
      "SELECT id, batch, action, version, name, actor, commit_sha, pipeline_url, job_url, runner_version, "
      "digest, rollback_digest, rollback, proof, restore_point, {}, {}, duration_ms, lock_wait_ms, retries, "
      "outcome FROM {} WHERE ($1 = '' OR version = $1) AND ($2 = '' OR batch = $2) "
      "AND ($3 = '' OR action = $3) ORDER BY id DESC LIMIT $4::bigint",
      fmt::format(fmt::runtime(time), "started_at"), fmt::format(fmt::runtime(time), "finished_at"),
      log_table(session, history));
  const std::array<Cell, 4> parameters{filter.version, filter.batch, filter.action,
                                       std::to_string(filter.limit)};
  StatementResult result = session.execute(sql, parameters);
  if (result.error && is_absent(*result.error)) return {};
  if (result.error)
    throw Error{ExitCode::environment, fmt::format("cannot read the ledger {}", log_table(session, history))}
        .because(result.error->message)
        .hint(fmt::format("let its owner run: GRANT SELECT ON {} TO this role", log_table(session, history)));
  std::vector<LedgerEntry> entries;
  for (std::vector<Cell>& cells : result.rows.rows) entries.push_back(entry_of(cells));
  return entries;
}

std::optional<std::string> read_saved_rollback(Session& session, const HistoryTable& history,
                                               const std::string& version) {
  static constexpr std::string_view undefined_column = "42703";
  // The ';' stands on a line of its own, because a statement may end in a comment.
  const std::array<Cell, 1> parameters{version};
  const StatementResult result = session.execute(
      fmt::format("SELECT array_to_string(rollback, E'\\n;\\n') || E'\\n;\\n' FROM {} WHERE version = $1",
                  history.quoted(session)),
      parameters);
  if (result.error && !is_absent(*result.error) && result.error->sqlstate != undefined_column)
    throw Error{ExitCode::environment, fmt::format("cannot read the rollback of version {}", version)}
        .because(result.error->message);
  if (!result.error && !result.rows.rows.empty() && result.rows.rows[0].at(0)) return result.rows.rows[0][0];
  for (LedgerEntry& entry : read_ledger(session, history, {.version = version, .action = "apply"}))
    if (entry.rollback) return std::move(entry.rollback);
  return std::nullopt;
}

}  // namespace runner
