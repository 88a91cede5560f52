#include "runner/migration/reindex_leftovers.hpp"

#include "runner/sql/word_reader.hpp"

#include <array>
#include <optional>

namespace runner {

namespace {
struct Reindex {
  std::string what{};  ///< "INDEX", "TABLE", "SCHEMA", "DATABASE"
  std::string name{};  ///< as written
};
}  // namespace

static std::optional<Reindex> reindex_of(std::string_view statement) {
  WordReader words{statement};
  if (!words.take("REINDEX")) return std::nullopt;
  if (words.take("("))
    while (!words.at_end() && !words.take(")")) words.skip();
  for (const std::string_view what : {"INDEX", "TABLE", "SCHEMA", "DATABASE"}) {
    if (!words.take(what)) continue;
    words.take("CONCURRENTLY");
    return Reindex{.what = std::string(what), .name = words.take_name()};
  }
  return std::nullopt;
}

/// Without CONCURRENTLY nothing is left, and what an earlier one left stays invalid all the same.
std::vector<std::string> reindex_leftovers(Session& session, std::string_view statement) {
  const std::optional<Reindex> reindex = reindex_of(statement);
  if (!reindex) return {};
  const std::array<Cell, 2> parameters{reindex->what, reindex->name};
  const Rows found = session.query(
      "WITH root AS (SELECT CASE $1 WHEN 'TABLE' THEN to_regclass($2)::oid WHEN 'INDEX' THEN "
      "(SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($2)) END AS oid) "
      "SELECT format('%I.%I', n.nspname, i.relname) FROM pg_index x "
      "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace "
      // the indexes of large values belong to the table that has them
      "JOIN pg_class t ON x.indrelid IN (t.oid, t.reltoastrelid) AND t.relkind IN ('r', 'm', 'p') "
      "WHERE NOT x.indisvalid AND i.relname ~ '_cc(new|old)[0-9]*$' AND CASE $1 "
      "WHEN 'DATABASE' THEN true WHEN 'SCHEMA' THEN t.relnamespace = to_regnamespace($2) "
      "ELSE t.oid IN (SELECT oid FROM root UNION SELECT relid FROM root, pg_partition_tree(root.oid)) END "
      "ORDER BY 1",
      "look for what an interrupted REINDEX left", parameters);
  std::vector<std::string> names;
  for (const std::vector<Cell>& row : found.rows) names.push_back(row.at(0).value_or(""));
  return names;
}

}  // namespace runner
