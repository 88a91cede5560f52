#include "runner/migration/row_shape.hpp"

#include "runner/migration/history.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

namespace runner {

extern const std::string_view row_shape_sql;

static constexpr char separator = '\x1f';

const ColumnShape* TableShape::column(int number_wanted) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnShape& one) { return one.number == number_wanted; });
  return found == columns.end() ? nullptr : &*found;
}

const TableShape* RowShapes::table(const std::string& name) const {
  const auto found =
      std::find_if(tables.begin(), tables.end(), [&](const auto& one) { return one.second.name == name; });
  return found == tables.end() ? nullptr : &found->second;
}

static std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

static int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

static std::vector<int> numbers_in(std::string_view text) {
  std::vector<int> numbers;
  for (const std::string& one : split(text, ' ')) numbers.push_back(number_in(one));
  return numbers;
}

namespace {
/// A fact's columns.
struct Fact {
  std::string_view kind, of, a, b, c, d, e;
};
}  // namespace

static ColumnShape column_of(const Fact& fact) {
  const std::vector<std::string> type = split(fact.c, ' ');
  ColumnShape column{.number = number_in(fact.a),
                     .name = std::string(fact.b),
                     .type = type.at(0),
                     .modifier = number_in(type.at(1)),
                     .not_null = !fact.d.empty()};
  if (fact.e == "generated") column.source = ColumnShape::Source::generated;
  if (fact.e == "counted") column.source = ColumnShape::Source::counted;
  if (fact.e == "default") column.source = ColumnShape::Source::defaulted;
  return column;
}

static TypeShape::Kind kind_of(std::string_view letter) {
  using Kind = TypeShape::Kind;
  switch (letter.empty() ? ' ' : letter.front()) {
    case 'b':
      return Kind::base;
    case 'e':
      return Kind::enumeration;
    case 'd':
      return Kind::domain;
    case 'r':
      return Kind::range;
    case 'm':
      return Kind::multirange;
    case 'c':
      return Kind::composite;
    case 'a':
      return Kind::array;
    default:
      return Kind::other;
  }
}

static TypeShape type_of(const Fact& fact) {
  TypeShape type{.name = std::string(fact.a), .kind = kind_of(fact.b), .not_null = !fact.e.empty()};
  for (const std::string& part : split(fact.c, separator)) {
    const std::vector<std::string> words = split(part, ' ');
    type.parts.push_back(words.at(0));
    type.modifiers.push_back(words.size() > 1 ? number_in(words[1]) : -1);
  }
  type.words = split(fact.d, separator);
  return type;
}

static void take(const Fact& fact, RowShapes& into) {
  const ObjectNumber of{fact.of};
  if (fact.kind == "type") {
    into.types.emplace(of, type_of(fact));
    return;
  }
  TableShape& table = into.tables[of];
  table.number = of;
  if (fact.kind == "table") table.name = fact.a;
  if (fact.kind == "column") table.columns.push_back(column_of(fact));
  if (fact.kind == "check") table.checks.push_back({numbers_in(fact.a), std::string(fact.b)});
  if (fact.kind == "unique") table.unique.push_back(numbers_in(fact.a));
  if (fact.kind == "reference")
    table.references.push_back({.columns = numbers_in(fact.a),
                                .table = ObjectNumber(fact.b),
                                .table_name = std::string(fact.c),
                                .table_columns = split(fact.d, separator)});
}

RowShapes row_shapes_of(const Rows& rows) {
  RowShapes shapes;
  for (const std::vector<Cell>& row : rows.rows) {
    const auto cell = [&row](std::size_t at) -> std::string_view {
      return row.at(at) ? std::string_view(*row[at]) : std::string_view();
    };
    take({cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6)}, shapes);
  }
  for (auto& [number, table] : shapes.tables)
    std::sort(table.columns.begin(), table.columns.end(),
              [](const ColumnShape& one, const ColumnShape& other) { return one.number < other.number; });
  return shapes;
}

static void replace(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

/// Lines that end in "-- since N" are meant for that major version and later ones.
static std::string lines_for(int major) {
  std::string sql;
  for (const std::string& line : split(row_shape_sql, '\n')) {
    static constexpr std::string_view since = "-- since ";
    const std::size_t at = line.rfind(since);
    if (at == std::string::npos || number_in(std::string_view(line).substr(at + since.size())) <= major)
      sql += line + '\n';
  }
  return sql;
}

std::string row_shapes_query(std::string_view wanted, std::string_view excluded_schema,
                             const Session& session) {
  std::string sql = lines_for(session.server_version() / 10000);
  replace(sql, "$wanted$", wanted);
  replace(sql, "$excluded_schema$", session.quoted_literal(excluded_schema));
  return sql;
}

RowShapes read_row_shapes(Session& session, const std::vector<std::string>& tables,
                          std::string_view excluded_schema) {
  const std::array<Cell, 1> names{text_array(tables)};
  return row_shapes_of(session.query(
      row_shapes_query("SELECT to_regclass(name) FROM unnest($1::text[]) AS name", excluded_schema, session),
      "read what tables look like", names));
}

}  // namespace runner
