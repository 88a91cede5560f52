#include "stages/crypt/encrypted_table.hpp"

#include "runner/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

// --- finding
// -------------------------------------------------------------------------------------------------

/// parse_ident reads names as SQL does, with its quotes and its folding.
/// Source: PostgreSQL manual, "String Functions and Operators".
static constexpr std::string_view find_column = R"(
  WITH written AS (SELECT parse_ident($1) AS parts)
  SELECT n.nspname || '.' || c.relname AS table_name,
         quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS table_quoted,
         c.oid::text AS table_oid,
         a.attname AS name,
         quote_ident(a.attname) AS quoted,
         format_type(a.atttypid, a.atttypmod) AS type,
         c.relkind IN ('r', 'p') AS is_table,
         a.atttypid IN ('text'::regtype, 'varchar'::regtype) AS is_text,
         a.attgenerated <> '' AS is_generated,
         row_security_active(c.oid) AS hides_rows
    FROM written
    JOIN pg_class AS c ON c.oid = to_regclass(
           (SELECT string_agg(quote_ident(part), '.' ORDER BY place)
              FROM unnest(written.parts) WITH ORDINALITY AS p (part, place)
             WHERE place < cardinality(written.parts)))
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                          AND a.attname = written.parts[cardinality(written.parts)]
   WHERE cardinality(written.parts) IN (2, 3))";

static constexpr std::string_view find_key = R"(
  SELECT a.attname AS name, quote_ident(a.attname) AS quoted, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_index AS i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
   WHERE i.indrelid = $1::oid AND i.indisprimary AND k.place <= i.indnkeyatts
   ORDER BY k.place)";

static Error no_column(const std::string& name) {
  return Error{ExitCode::usage, fmt::format("'{}' is no column of this database", name)}.hint(
      "write table.column or schema.table.column, as in SQL");
}

static std::vector<Cell> looked_up(Session& session, const std::string& name) {
  const std::vector<Cell> parameters{name};
  StatementResult result = session.execute(find_column, parameters);
  static constexpr std::string_view invalid_parameter_value = "22023";  // parse_ident: this is no name
  if (result.error && result.error->sqlstate == invalid_parameter_value) throw no_column(name);
  if (result.error)
    throw Error{ExitCode::environment, fmt::format("cannot look '{}' up", name)}.because(
        result.error->message);
  if (result.rows.rows.size() != 1) throw no_column(name);
  return std::move(result.rows.rows.front());
}

static std::vector<EncryptedTable::Column> key_of(Session& session, const Cell& table_oid) {
  const std::vector<Cell> parameters{table_oid};
  std::vector<EncryptedTable::Column> key;
  for (const auto& row : session.query(find_key, "read the primary key", parameters).rows)
    key.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or("")});
  return key;
}

static void check_column(const std::string& name, const std::vector<Cell>& found) {
  const auto is = [&](std::size_t column) { return found[column] == "t"; };
  const auto refuse = [&](std::string_view why) {
    throw Error{ExitCode::usage, fmt::format("'{}' cannot be rotated: {}", name, why)};
  };
  if (!is(6)) refuse("it is not of a table");
  if (!is(7)) refuse(fmt::format("it is of type {}, and encrypted values are text", found[5].value_or("")));
  if (is(8)) refuse("it is generated");
  if (is(9))
    throw Error{ExitCode::environment,
                fmt::format("row-level security hides rows of {} from this role", found[0].value_or(""))}
        .hint("connect as the table's owner, or as a role with BYPASSRLS");
}

static void check_key(const EncryptedTable& table, const EncryptedTable::Column& column) {
  if (table.key.empty())
    throw Error{ExitCode::usage, fmt::format("'{}' has no primary key", table.name)}.because(
        "without one a row cannot be found again");
  for (const EncryptedTable::Column& part : table.key)
    if (part.name == column.name)
      throw Error{ExitCode::usage, fmt::format("'{}.{}' cannot be rotated: it is part of the primary key",
                                               table.name, column.name)};
}

std::vector<EncryptedTable> find_encrypted_tables(Session& session, const std::vector<std::string>& names) {
  std::vector<EncryptedTable> tables;
  for (const std::string& name : names) {
    const std::vector<Cell> found = looked_up(session, name);
    check_column(name, found);
    const std::string quoted = found[1].value_or("");
    auto table = std::ranges::find(tables, quoted, &EncryptedTable::quoted);
    if (table == tables.end())
      table = tables.insert(table, {found[0].value_or(""), quoted, key_of(session, found[2]), {}});
    const EncryptedTable::Column column{found[3].value_or(""), found[4].value_or(""), found[5].value_or("")};
    check_key(*table, column);
    if (std::ranges::find(table->columns, column.name, &EncryptedTable::Column::name) == table->columns.end())
      table->columns.push_back(column);
  }
  return tables;
}

// --- reading
// -------------------------------------------------------------------------------------------------

std::string EncryptedRow::describe(const EncryptedTable& table) const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < key.size(); ++i)
    parts.push_back(fmt::format("{} = {}", table.key[i].name, key[i].value_or("NULL")));
  return fmt::format("{}", fmt::join(parts, ", "));
}

EncryptedRows::EncryptedRows(Session& session, const EncryptedTable& table, std::size_t batch_rows)
    : session_(session), table_(table), batch_rows_(batch_rows) {}

std::string EncryptedRows::query() const {
  std::vector<std::string> wanted;
  std::vector<std::string> order;
  std::vector<std::string> after;
  for (const EncryptedTable::Column& part : table_.key) {
    order.push_back("t." + part.quoted);
    after.push_back(fmt::format("${}::{}", after.size() + 1, part.type));
  }
  for (const auto* columns : {&table_.key, &table_.columns})
    for (const EncryptedTable::Column& column : *columns)
      wanted.push_back(fmt::format("t.{}::text", column.quoted));
  return fmt::format("SELECT {} FROM {} AS t {} ORDER BY {} LIMIT {}", fmt::join(wanted, ", "), table_.quoted,
                     last_key_.empty()
                         ? ""
                         : fmt::format("WHERE ({}) > ({})", fmt::join(order, ", "), fmt::join(after, ", ")),
                     fmt::join(order, ", "), batch_rows_);
}

std::vector<EncryptedRow> EncryptedRows::next() {
  Rows read = session_.query(query(), fmt::format("read {}", table_.name), last_key_);
  std::vector<EncryptedRow> rows;
  rows.reserve(read.rows.size());
  for (std::vector<Cell>& cells : read.rows) {
    const auto middle = cells.begin() + static_cast<std::ptrdiff_t>(table_.key.size());
    EncryptedRow row;
    std::move(cells.begin(), middle, std::back_inserter(row.key));
    std::move(middle, cells.end(), std::back_inserter(row.values));
    rows.push_back(std::move(row));
  }
  if (!rows.empty()) last_key_ = rows.back().key;
  return rows;
}

}  // namespace runner
