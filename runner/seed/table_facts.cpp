#include "runner/seed/table_facts.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

// The type's own name instead of format_type's: "character" alone would mean character(1).
static constexpr std::string_view columns_sql = R"(
SELECT a.attname, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname),
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
       a.attgenerated <> '' OR a.attidentity = 'a'
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
 WHERE s.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'f') AND a.attnum > 0
   AND NOT a.attisdropped)";

static constexpr std::string_view constraints_sql = R"(
SELECT k.conname, a.attname, false
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
 WHERE s.nspname = $1 AND c.relname = $2 AND k.contype NOT IN ('p', 'u')
UNION ALL
SELECT i.relname, a.attname, x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL AND x.indimmediate
  FROM pg_catalog.pg_index AS x
  JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_class AS c ON c.oid = x.indrelid
  JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
   AND a.attnum = ANY ((x.indkey::pg_catalog.int2[])[0:x.indnkeyatts - 1])
 WHERE s.nspname = $1 AND c.relname = $2 AND x.indisunique)";

namespace {
struct Table {
  std::map<std::string, ColumnFacts, std::less<>> columns{};
  std::set<std::string, std::less<>> generated{};
  std::map<std::string, std::vector<std::string>, std::less<>> constraints{};
  std::set<std::set<std::string>> unique{};  ///< sets of columns that a unique index is about
};
}  // namespace

static std::array<Cell, 2> name_of(const TableName& table) {
  return {Cell{table.schema}, Cell{table.table}};
}

static Table read_table(Session& session, const TableName& name, const Place& place) {
  const std::array<Cell, 2> parameters = name_of(name);
  const std::string doing = fmt::format("read what columns {} has", name.shown());
  Table table;
  for (auto& row : session.query(columns_sql, doing, parameters).rows) {
    table.columns[*row[0]] = {*row[1], *row[2], std::stoi(*row[3])};
    if (row[4] == "t") table.generated.insert(*row[0]);
  }
  if (table.columns.empty())
    throw Error{ExitCode::usage,
                fmt::format("there is no table {} at {}", name.shown(), session.url().describe())}
        .hint("apply the migrations first (`runner run migrate`), or correct the name")
        .at(place);
  std::set<std::string, std::less<>> usable;
  for (auto& row : session.query(constraints_sql, doing, parameters).rows) {
    table.constraints[*row[0]].push_back(*row[1]);
    if (row[2] == "t") usable.insert(*row[0]);
  }
  for (const std::string& index : usable)
    table.unique.insert({table.constraints[index].begin(), table.constraints[index].end()});
  return table;
}

static const ColumnFacts& column_of(const Table& table, const TableName& name, const std::string& column,
                                    const Place& place) {
  const auto found = table.columns.find(column);
  if (found != table.columns.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [other, facts] : table.columns) known.push_back(other);
  throw Error{ExitCode::usage, fmt::format("table {} has no column '{}'", name.shown(), column)}
      .hint(suggest(column, known))
      .at(place);
}

static void check_unique(const Table& table, const TableName& name, const std::vector<std::string>& key,
                         const Place& place) {
  const std::set<std::string> wanted(key.begin(), key.end());
  const bool covered = std::any_of(table.unique.begin(), table.unique.end(), [&](const auto& columns) {
    return std::includes(wanted.begin(), wanted.end(), columns.begin(), columns.end());
  });
  if (covered) return;
  throw Error{ExitCode::usage, fmt::format("({}) is no natural key of {}: no unique index is about it",
                                           fmt::join(key, ", "), name.shown())}
      .hint("add a UNIQUE constraint, or name the columns that have one")
      .at(place);
}

static void check_lookup(Session& session, const DatasetColumn& column, TableFacts& facts) {
  const Lookup& lookup = *column.lookup;
  const Table table = read_table(session, lookup.table, lookup.place);
  for (const std::string& key : lookup.key)
    facts.lookup_types[column.name].push_back(column_of(table, lookup.table, key, lookup.place).type);
  column_of(table, lookup.table, lookup.id, lookup.place);
  check_unique(table, lookup.table, lookup.key, lookup.place);
}

TableFacts read_table_facts(Session& session, const Dataset& dataset) {
  const Place place{.path = dataset.shown_path};
  Table table = read_table(session, dataset.table, place);
  TableFacts facts;
  for (const DatasetColumn& column : dataset.columns) {
    facts.columns[column.name] = column_of(table, dataset.table, column.name, column.place);
    if (table.generated.contains(column.name))
      throw Error{ExitCode::usage, fmt::format("the database makes the values of column '{}' of {} itself",
                                               column.name, dataset.table.shown())}
          .hint("take the column out of the dataset")
          .at(column.place);
    if (column.lookup) check_lookup(session, column, facts);
  }
  if (!dataset.key.empty()) check_unique(table, dataset.table, dataset.key, place);
  facts.constraints = std::move(table.constraints);
  return facts;
}

}  // namespace runner
