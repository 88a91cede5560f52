#include "runner/migration/wipe.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/rollback_guard.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

// --- what is there -----------------------------------------------------------------------------------------

namespace {
struct Schema {
  std::string name{};
  std::string quoted{};
  std::string owner{};
  bool ours = false;  ///< the role may drop it
  bool of_extension = false;
  std::size_t tables = 0;
  std::string size{};  ///< "64 kB"
};

class WipePlanner {
 public:
  WipePlanner(Session& session, const HistoryTable& history, const std::vector<std::string>& platform)
      : session_(session), history_(history), platform_(platform) {}
  WipePlan plan();

 private:
  std::vector<Schema> schemas();
  bool is_platforms(const Schema& schema) const;
  bool is_emptied(const Schema& schema) const;
  void drop(const Schema& schema);
  void empty(const Schema& schema);
  void drop_policies(const Schema& schema);
  void drop_publications();
  void keep(const Schema& schema, std::string_view why);

  Session& session_;
  const HistoryTable& history_;
  const std::vector<std::string>& platform_;
  WipePlan plan_{};
};
}  // namespace

static std::string text(const std::vector<Cell>& row, std::size_t column) {
  return row.at(column).value_or("");
}

std::vector<Schema> WipePlanner::schemas() {
  const Rows found = session_.query(
      "SELECT n.nspname, quote_ident(n.nspname), pg_get_userbyid(n.nspowner), "
      "pg_has_role(n.nspowner, 'USAGE'), "
      "EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid "
      "AND d.deptype = 'e'), c.tables, pg_size_pretty(c.bytes) "
      "FROM pg_namespace n CROSS JOIN LATERAL (SELECT count(*) AS tables, "
      "coalesce(sum(pg_total_relation_size(r.oid)), 0) AS bytes FROM pg_class r "
      "WHERE r.relnamespace = n.oid AND r.relkind IN ('r', 'p', 'm')) c "
      "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname",
      "look which schemas there are");
  std::vector<Schema> schemas;
  for (const std::vector<Cell>& row : found.rows)
    schemas.push_back({.name = text(row, 0),
                       .quoted = text(row, 1),
                       .owner = text(row, 2),
                       .ours = text(row, 3) == "t",
                       .of_extension = text(row, 4) == "t",
                       .tables = std::stoul(text(row, 5)),
                       .size = text(row, 6)});
  return schemas;
}

bool WipePlanner::is_platforms(const Schema& schema) const {
  return std::find(platform_.begin(), platform_.end(), schema.name) != platform_.end();
}

bool WipePlanner::is_emptied(const Schema& schema) const {
  return schema.name == "public" || (schema.name == history_.schema && !schema.ours);
}

// --- what is to be done with it ----------------------------------------------------------------------------

void WipePlanner::drop(const Schema& schema) {
  plan_.drops.push_back(
      fmt::format("schema {}: {}, {}", schema.quoted, count_of(schema.tables, "table"), schema.size));
  plan_.parts.push_back({.sql = fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", schema.quoted)});
}

/// What the server calls a thing is what DROP calls it. Extensions go when they are the role's own: a
/// migration made them, and makes them again.
void WipePlanner::empty(const Schema& schema) {
  static constexpr std::string_view things =
      "SELECT o.type, o.identity FROM (SELECT DISTINCT d.classid, d.objid FROM pg_depend d "
      "WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = quote_ident($1::text)::regnamespace "
      "AND d.deptype = 'n') x CROSS JOIN LATERAL pg_identify_object(x.classid, x.objid, 0) o "
      "WHERE o.type IN ('table', 'view', 'materialized view', 'foreign table', 'sequence', 'function', "
      "'procedure', 'aggregate', 'type', 'composite type', 'domain', 'operator', 'operator class', "
      "'operator family', 'collation', 'conversion', 'text search configuration', 'text search dictionary', "
      "'text search parser', 'text search template', 'statistics object', 'extension') "
      "AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = x.classid AND e.objid = x.objid "
      "AND (e.refclassid, e.refobjid) <> (x.classid, x.objid) AND e.deptype IN ('e', 'i')) "
      "AND NOT (o.type = 'extension' AND NOT (SELECT pg_has_role(e.extowner, 'USAGE') FROM pg_extension e "
      "WHERE e.oid = x.objid)) ORDER BY o.type <> 'extension', o.type, o.identity";
  const std::array<Cell, 1> parameters{schema.name};
  std::map<std::string, std::size_t> counts;
  for (const std::vector<Cell>& row : session_.query(things, "look what is in a schema", parameters).rows) {
    ++counts[text(row, 0)];
    const std::string what = text(row, 0) == "statistics object" ? "STATISTICS" : text(row, 0);
    plan_.parts.push_back({.sql = fmt::format("DROP {} IF EXISTS {} CASCADE", what, text(row, 1))});
  }
  if (counts.empty()) return;
  std::vector<std::string> told;
  for (const auto& [type, count] : counts) told.push_back(count_of(count, type));
  plan_.drops.push_back(
      fmt::format("what is in schema {}: {}, {}", schema.quoted, fmt::join(told, ", "), schema.size));
}

/// Policies stand on a platform's tables, and would be there already when the migrations run again.
void WipePlanner::drop_policies(const Schema& schema) {
  const std::array<Cell, 1> parameters{schema.name};
  const Rows found = session_.query(
      "SELECT format('DROP POLICY IF EXISTS %I ON %I.%I', p.polname, $1::text, c.relname) FROM pg_policy p "
      "JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = quote_ident($1::text)::regnamespace "
      "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
      "AND d.deptype = 'e') ORDER BY 1",
      "look which policies there are", parameters);
  for (const std::vector<Cell>& row : found.rows)
    plan_.parts.push_back({.sql = text(row, 0), .may_be_refused = true});
  if (!found.rows.empty())
    plan_.drops.push_back(fmt::format("{} on tables of schema {}",
                                      count_of(found.rows.size(), "policy", "policies"), schema.quoted));
}

void WipePlanner::drop_publications() {
  const Rows found = session_.query(
      "SELECT quote_ident(pubname) FROM pg_publication WHERE pg_has_role(pubowner, 'USAGE') "
      "AND pubname !~ '^supabase_realtime' ORDER BY 1",
      "look which publications there are");
  for (const std::vector<Cell>& row : found.rows) {
    plan_.drops.push_back("publication " + text(row, 0));
    plan_.parts.push_back({.sql = "DROP PUBLICATION IF EXISTS " + text(row, 0)});
  }
}

void WipePlanner::keep(const Schema& schema, std::string_view why) {
  plan_.keeps.push_back(fmt::format("schema {}: {}", schema.quoted, why));
}

WipePlan WipePlanner::plan() {
  for (const Schema& schema : schemas()) {
    if (is_platforms(schema)) {
      drop_policies(schema);
      keep(schema, "the platform's");
    } else if (is_emptied(schema)) {
      empty(schema);
    } else if (schema.of_extension) {
      keep(schema, "an extension's");
    } else if (!schema.ours) {
      keep(schema, fmt::format("belongs to role {}", schema.owner));
    } else {
      drop(schema);
    }
  }
  drop_publications();
  return std::move(plan_);
}

WipePlan plan_wipe(Session& session, const HistoryTable& history, const std::vector<std::string>& platform) {
  return WipePlanner(session, history, platform).plan();
}

// --- doing it ----------------------------------------------------------------------------------------------

static Error refused(const SqlError& error, const WipePlan::Part& part, const Session& session) {
  if (error.sqlstate == "55P03" || error.sqlstate == "40P01")
    return Error{ExitCode::busy, fmt::format("cannot wipe {}: it is in use", session.url().describe())}
        .because(fmt::format("{}: {}", part.sql, error.message))
        .hint("stop what is connected to it, and run it again");
  Error problem{ExitCode::environment,
                fmt::format("cannot wipe {}, and nothing of it was dropped", session.url().describe())};
  problem.because(fmt::format("{}: {} (SQLSTATE {})", part.sql, error.message, error.sqlstate));
  if (error.sqlstate == "53200") problem.hint("raise max_locks_per_transaction of the server for it");
  if (error.sqlstate == "42501") problem.hint("connect as the role that owns it");
  return problem;
}

std::vector<std::string> wipe(Session& session, const WipePlan& plan) {
  RollbackGuard guard{session};
  session.query("BEGIN", "begin a transaction");
  session.query(
      "SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'; "
      "SET LOCAL search_path = ''",
      "limit the time of locks");
  std::vector<std::string> stays;
  for (const WipePlan::Part& part : plan.parts) {
    if (part.may_be_refused) session.query("SAVEPOINT part", "make a savepoint");
    const StatementResult result = session.execute(part.sql);
    if (!result.error) continue;
    if (!part.may_be_refused || result.error->sqlstate != "42501")
      throw refused(*result.error, part, session);
    session.query("ROLLBACK TO SAVEPOINT part", "go back to the savepoint");
    stays.push_back(fmt::format("{}: {}", part.sql, result.error->message));
  }
  session.query("COMMIT", "commit the wipe");
  return stays;
}

}  // namespace runner
