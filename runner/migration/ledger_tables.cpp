#include "runner/core/error.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/rollback_guard.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::string_view log_columns =
    "(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, batch text NOT NULL, action text NOT NULL, "
    "version text NOT NULL, name text, actor text NOT NULL, commit_sha text, pipeline_url text, job_url "
    "text, "
    "runner_version text NOT NULL, digest text, rollback_digest text, rollback text, proof text, "
    "restore_point text, started_at timestamptz NOT NULL, finished_at timestamptz NOT NULL, "
    "duration_ms bigint NOT NULL, lock_wait_ms bigint NOT NULL, retries bigint NOT NULL, "
    "outcome text NOT NULL)";

/// `way`: apply or rollback; `statement` counts from 0.
static constexpr std::string_view progress_columns =
    "(version text NOT NULL, way text NOT NULL, statement integer NOT NULL, digest text NOT NULL, "
    "state text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(), "
    "PRIMARY KEY (version, way, statement))";

namespace {

/// What one query says about the three tables.
struct Looked {
  struct Table {
    bool exists = false;
    bool owned = false;
    bool writable = false;
  };
  std::string role{};      ///< quoted
  std::string database{};  ///< quoted
  bool standby = false;
  bool read_only = false;
  bool schema = false;
  bool schema_usage = false;
  bool schema_create = false;
  bool database_create = false;
  Table history{};
  Table log{};
  Table progress{};
  bool statements = false;
  bool name = false;
  bool rollback = false;

  bool complete() const {
    return history.exists && log.exists && progress.exists && statements && name && writable();
  }
  bool writable() const { return schema_usage && history.writable && log.writable && progress.writable; }
};

}  // namespace

static Looked look(Session& session, const HistoryTable& history) {
  static constexpr std::string_view table =
      "{0}.oid IS NOT NULL, coalesce(pg_has_role({0}.relowner, 'USAGE'), false), coalesce("
      "has_table_privilege({0}.oid, 'SELECT') AND has_table_privilege({0}.oid, 'INSERT') "
      "AND has_table_privilege({0}.oid, '{1}'), false)";
  static constexpr std::string_view column =
      "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = h.oid AND attname = '{}' AND NOT attisdropped)";
  const auto columns_of = [](std::string_view name, std::string_view privilege) {
    return fmt::format(fmt::runtime(table), name, privilege);
  };
  const auto has_column = [](std::string_view name) { return fmt::format(fmt::runtime(column), name); };
  const std::array<Cell, 2> parameters{history.schema, history.table};
  const Rows found = session.query(
      fmt::format("SELECT quote_ident(current_user::text), quote_ident(current_database()::text), "
                  "pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on', n.oid IS "
                  "NOT NULL, coalesce(has_schema_privilege(n.oid, 'USAGE'), "
                  "false), coalesce(has_schema_privilege(n.oid, 'CREATE'), false), "
                  "has_database_privilege(current_database(), 'CREATE'), {}, {}, {}, {}, {}, {} "
                  "FROM (VALUES (1)) AS one LEFT JOIN pg_namespace n ON n.nspname = $1 "
                  "LEFT JOIN pg_class h ON h.relnamespace = n.oid AND h.relname = $2 "
                  "LEFT JOIN pg_class l ON l.relnamespace = n.oid AND l.relname = 'runner_log' "
                  "LEFT JOIN pg_class p ON p.relnamespace = n.oid AND p.relname = 'runner_progress'",
                  columns_of("h", "DELETE"), columns_of("l", "INSERT"), columns_of("p", "DELETE"),
                  has_column("statements"), has_column("name"), has_column("rollback")),
      "look at the ledger", parameters);
  const std::vector<Cell>& cells = found.rows.at(0);
  std::size_t at = 2;
  const auto yes = [&] { return cells.at(at++) == "t"; };
  const auto table_seen = [&] {
    Looked::Table seen;
    seen.exists = yes();
    seen.owned = yes();
    seen.writable = yes();
    return seen;
  };
  Looked seen;
  seen.role = cells.at(0).value_or("");
  seen.database = cells.at(1).value_or("");
  seen.standby = yes();
  seen.read_only = yes();
  seen.schema = yes();
  seen.schema_usage = yes();
  seen.schema_create = yes();
  seen.database_create = yes();
  seen.history = table_seen();
  seen.log = table_seen();
  seen.progress = table_seen();
  seen.statements = yes();
  seen.name = yes();
  seen.rollback = yes();
  return seen;
}

/// The SQL that somebody with more rights has to run before this role can go on; empty: nothing.
static std::vector<std::string> missing_rights(const Looked& seen, const HistoryTable& history,
                                               const Session& session) {
  std::vector<std::string> wanted;
  const std::string schema = session.quoted_identifier(history.schema);
  if (!seen.schema) {
    if (!seen.database_create)
      wanted.push_back(fmt::format("GRANT CREATE ON DATABASE {} TO {};", seen.database, seen.role));
    return wanted;
  }
  const bool creates = !seen.history.exists || !seen.log.exists || !seen.progress.exists;
  if (!seen.schema_usage || (creates && !seen.schema_create))
    wanted.push_back(
        fmt::format("GRANT USAGE{} ON SCHEMA {} TO {};", creates ? ", CREATE" : "", schema, seen.role));
  if (seen.history.exists && !seen.history.owned && (!seen.statements || !seen.name))
    wanted.push_back(
        fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS statements text[], "
                    "ADD COLUMN IF NOT EXISTS name text;",
                    history.quoted(session)));
  const auto grant = [&](const Looked::Table& table, const std::string& name, std::string_view rights) {
    if (table.exists && !table.writable)
      wanted.push_back(fmt::format("GRANT {} ON {} TO {};", rights, name, seen.role));
  };
  grant(seen.history, history.quoted(session), "SELECT, INSERT, UPDATE, DELETE");
  grant(seen.log, log_table(session, history), "SELECT, INSERT");
  grant(seen.progress, progress_table(session, history), "SELECT, INSERT, UPDATE, DELETE");
  return wanted;
}

static void refuse(const Looked& seen, const HistoryTable& history, const Session& session) {
  if (seen.standby)
    throw Error{ExitCode::environment, fmt::format("{} is a standby", session.url().describe())}
        .because("it replays another server's changes and takes none of its own")
        .hint(
            "set DATABASE_URL to the primary server; libpq finds it among several hosts with "
            "target_session_attrs=read-write");
  if (seen.read_only)
    throw Error{ExitCode::environment,
                fmt::format("{} takes no changes from role {}", session.url().describe(), seen.role)}
        .because("default_transaction_read_only is on for the server, the database or the role")
        .hint(fmt::format(
            "wait until whoever closed it opens it again, or let them run: ALTER DATABASE {} RESET "
            "default_transaction_read_only",
            seen.database));
  const std::vector<std::string> rights = missing_rights(seen, history, session);
  if (rights.empty()) return;
  throw Error{
      ExitCode::environment,
      fmt::format("role {} may not keep the history {} and the ledger beside it", seen.role, history.shown())}
      .hint(fmt::format("let the owner of the schema run: {}", fmt::join(rights, " ")));
}

/// One of our own changes; whoever reads the tables must not wait for it long.
static void change(Session& session, const std::string& sql) {
  const StatementResult result = session.execute(sql);
  if (!result.error) return;
  const bool busy = result.error->sqlstate == "55P03" || result.error->sqlstate == "40P01";
  Error error{busy ? ExitCode::busy : ExitCode::environment, "cannot make the ledger"};
  error.because(fmt::format("{} (SQLSTATE {})", result.error->message, result.error->sqlstate));
  if (busy) error.hint("run it again when nobody keeps the history locked");
  throw error;
}

static bool wants_column(const Looked& seen) {
  return !seen.rollback && (seen.history.owned || !seen.history.exists);
}

static void make(Session& session, const HistoryTable& history, const Looked& seen) {
  RollbackGuard guard{session};
  change(session, "BEGIN");
  change(session, "SET LOCAL lock_timeout = '2s'; SET LOCAL idle_in_transaction_session_timeout = '5s'");
  if (!seen.schema)
    change(session, "CREATE SCHEMA IF NOT EXISTS " + session.quoted_identifier(history.schema));
  const std::string table = history.quoted(session);
  if (!seen.history.exists)
    change(session, fmt::format("CREATE TABLE IF NOT EXISTS {} (version text NOT NULL PRIMARY KEY)", table));
  if (!seen.statements || !seen.name || wants_column(seen))
    change(session,
           fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS statements text[], "
                       "ADD COLUMN IF NOT EXISTS name text, ADD COLUMN IF NOT EXISTS rollback text[]",
                       table));
  if (!seen.log.exists)
    change(session,
           fmt::format("CREATE TABLE IF NOT EXISTS {} {}", log_table(session, history), log_columns));
  if (!seen.progress.exists)
    change(session, fmt::format("CREATE TABLE IF NOT EXISTS {} {}", progress_table(session, history),
                                progress_columns));
  change(session, "COMMIT");
}

LedgerTables prepare_ledger(Session& session, const HistoryTable& history) {
  Looked seen = look(session, history);
  refuse(seen, history, session);
  if (!seen.complete() || wants_column(seen)) {
    make(session, history, seen);
    seen = look(session, history);
    refuse(seen, history, session);
  }
  return {.rollback_column = seen.rollback};
}

void refuse_unwritable(Session& session, const HistoryTable& history) {
  refuse(look(session, history), history, session);
}

std::optional<LedgerTables> look_at_ledger(Session& session, const HistoryTable& history) {
  const Looked seen = look(session, history);
  if (!seen.history.exists || !seen.log.exists || !seen.progress.exists) return std::nullopt;
  return LedgerTables{.rollback_column = seen.rollback};
}

}  // namespace runner
