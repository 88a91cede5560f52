#include "runner/migration/relation_sizes.hpp"

#include "runner/migration/history.hpp"

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {

static std::optional<std::int64_t> number(const Cell& cell) {
  std::int64_t value = 0;
  if (!cell || std::from_chars(cell->data(), cell->data() + cell->size(), value).ec != std::errc{})
    return std::nullopt;
  return value;
}

/// `bytes`: an expression over pg_class `p`. reltuples is -1, before PostgreSQL 14 also 0, until it was
/// counted.
static std::string sizes_sql(std::string_view bytes) {
  return fmt::format(
      "SELECT w.place, sum(CASE WHEN p.reltuples > 0 OR (p.reltuples = 0 AND p.relpages > 0) THEN "
      "p.reltuples END)::bigint, "
      "sum({})::bigint "
      "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (schema, name, place) "
      "JOIN pg_namespace n ON n.nspname = w.schema "
      "JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name "
      "LEFT JOIN LATERAL (SELECT c.oid AS leaf WHERE c.relkind <> 'p' UNION ALL "
      "SELECT t.relid FROM pg_partition_tree(c.oid) t WHERE t.isleaf AND c.relkind = 'p') l ON true "
      "LEFT JOIN pg_class p ON p.oid = l.leaf GROUP BY w.place",
      bytes);
}

RelationSizes relation_sizes(Session& target, const std::set<TracedRelation>& relations) {
  if (relations.empty()) return {};
  const std::vector<TracedRelation> asked(relations.begin(), relations.end());
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  for (const TracedRelation& relation : asked) {
    schemas.push_back(relation.schema);
    names.push_back(relation.name);
  }
  const std::array<Cell, 2> parameters{text_array(schemas), text_array(names)};
  target.query("SET lock_timeout = '1s'", "set lock_timeout");
  StatementResult found = target.execute(sizes_sql("pg_relation_size(p.oid)"), parameters);
  if (found.error && !found.connection_lost)
    found.rows = target.query(sizes_sql("p.relpages::bigint * current_setting('block_size')::bigint"),
                              "look at sizes", parameters);
  target.query("RESET lock_timeout", "reset lock_timeout");
  RelationSizes sizes;
  for (const auto& cells : found.rows.rows)
    sizes[asked.at(static_cast<std::size_t>(*number(cells.at(0)) - 1))] = {
        .rows = number(cells.at(1)), .bytes = number(cells.at(2)).value_or(0)};
  return sizes;
}

}  // namespace runner
