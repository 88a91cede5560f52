#include "runner/migration/trace_queries.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

// A migration may have set search_path, so everything is named in full. Relations that initdb makes have
// numbers below 16384. Source: PostgreSQL, src/include/access/transam.h, FirstNormalObjectId.

static std::int64_t number(const Cell& cell) {
  std::int64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}

static Oid oid(const Cell& cell) {
  return static_cast<Oid>(number(cell));
}

Oid newest_relation(Session& session) {
  const Rows found =
      session.query("SELECT pg_catalog.max(oid) FROM pg_catalog.pg_class", "look at relations");
  return oid(found.rows.at(0).at(0));
}

bool counts_scans(Session& session) {
  return session.query("SHOW track_counts", "look at settings").rows.at(0).at(0) == "on";
}

// --- before

static constexpr std::string_view states_sql =
    "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, c.reltablespace, i.indrelid "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid "
    "WHERE c.oid >= 16384 AND n.nspname <> 'pg_toast' ";

static RelationStates states(const Rows& found) {
  RelationStates states;
  for (const auto& cells : found.rows)
    states[oid(cells.at(0))] = {.schema = cells.at(1).value_or(""),
                                .name = cells.at(2).value_or(""),
                                .kind = cells.at(3).value_or("r").at(0),
                                .file = oid(cells.at(4)),
                                .tablespace = oid(cells.at(5)),
                                .table = oid(cells.at(6))};
  return states;
}

RelationStates all_relations(Session& beside) {
  return states(beside.query(states_sql, "look at relations"));
}

RelationStates relations_and_indexes(Session& beside, const std::set<Oid>& relations) {
  const Cell list = fmt::format("{{{}}}", fmt::join(relations, ","));
  return states(beside.query(fmt::format("{} AND c.oid IN (SELECT unnest($1::oid[]) UNION ALL "
                                         "SELECT indexrelid FROM pg_catalog.pg_index "
                                         "WHERE indrelid = ANY ($1::oid[]))",
                                         states_sql),
                             "look at relations", std::span(&list, 1)));
}

// --- while it runs

std::map<Oid, ScanCount> scans_so_far(Session& traced, Oid newest) {
  static constexpr std::string_view sql =
      "SELECT coalesce(i.indrelid, c.oid), "
      "pg_catalog.sum(s.scans) FILTER (WHERE i.indrelid IS NULL), "
      "pg_catalog.sum(s.scans) FILTER (WHERE i.indrelid IS NOT NULL) "
      "FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid "
      "CROSS JOIN LATERAL (SELECT pg_catalog.pg_stat_get_xact_numscans(c.oid)) s (scans) "
      "WHERE c.oid BETWEEN 16384 AND $1::pg_catalog.oid AND c.relkind IN ('r', 'm', 'i') AND s.scans > 0 "
      "GROUP BY 1";
  const Cell limit = std::to_string(newest);
  std::map<Oid, ScanCount> counts;
  for (const auto& cells : traced.query(sql, "look at scans", std::span(&limit, 1)).rows)
    counts[oid(cells.at(0))] = {.whole = number(cells.at(1)), .by_index = number(cells.at(2))};
  return counts;
}

/// Lines of "<oid> <file> <name>".
static std::vector<LockedRelation::Index> indexes(std::string_view lines) {
  std::vector<LockedRelation::Index> found;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    LockedRelation::Index index;
    const char* end = line.data() + line.size();
    const char* at = std::from_chars(line.data(), end, index.relation).ptr;
    at = std::from_chars(at + 1, end, index.file).ptr;
    index.name.assign(at + 1, end);
    found.push_back(std::move(index));
  }
  return found;
}

static LockMode strongest(std::string_view modes) {
  LockMode found = LockMode::access_share;
  while (!modes.empty()) {
    const std::string_view name = modes.substr(0, modes.find(' '));
    modes.remove_prefix(std::min(name.size() + 1, modes.size()));
    found = std::max(found, lock_mode_of(name).value_or(LockMode::access_share));
  }
  return found;
}

std::vector<LockedRelation> locked_relations(Session& traced, Oid newest) {
  static constexpr std::string_view sql =
      "SELECT l.relation, l.modes, c.oid, c.relfilenode, c.reltablespace, "
      "pg_catalog.pg_stat_get_xact_numscans(l.relation), i.scans, i.lines "
      "FROM (SELECT relation, pg_catalog.string_agg(mode, ' ') AS modes FROM pg_catalog.pg_locks "
      "WHERE locktype = 'relation' AND pid = pg_catalog.pg_backend_pid() AND granted "
      "AND relation BETWEEN 16384 AND $1::pg_catalog.oid GROUP BY relation) l "
      "LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation "
      "LEFT JOIN LATERAL (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(x.indexrelid)) AS "
      "scans, "
      "pg_catalog.string_agg(pg_catalog.concat_ws(' ', xc.oid, xc.relfilenode, "
      "pg_catalog.translate(xc.relname, E'\\n', ' ')), E'\\n') AS lines "
      "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid "
      "WHERE x.indrelid = l.relation) i ON true ORDER BY l.relation";
  const Cell limit = std::to_string(newest);
  std::vector<LockedRelation> locked;
  for (const auto& cells : traced.query(sql, "look at locks", std::span(&limit, 1)).rows)
    locked.push_back({.relation = oid(cells.at(0)),
                      .strongest = strongest(cells.at(1).value_or("")),
                      .dropped = !cells.at(2),
                      .file = oid(cells.at(3)),
                      .tablespace = oid(cells.at(4)),
                      .scans = {.whole = number(cells.at(5)), .by_index = number(cells.at(6))},
                      .indexes = indexes(cells.at(7).value_or(""))});
  return locked;
}

Oid table_named(Session& traced, const std::string& name) {
  const Cell written = name;
  const StatementResult found = traced.execute(
      "SELECT coalesce(i.indrelid, c.oid) FROM pg_catalog.pg_class c "
      "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE c.oid = pg_catalog.to_regclass($1)",
      std::span(&written, 1));
  return found.error || found.rows.rows.empty() ? 0 : oid(found.rows.rows[0].at(0));
}

}  // namespace runner
