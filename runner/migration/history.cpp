#include "runner/migration/history.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view undefined_table = "42P01";
static constexpr std::string_view undefined_schema = "3F000";
static constexpr std::string_view undefined_column = "42703";
static constexpr std::string_view no_privilege = "42501";
static constexpr std::size_t max_identifier_bytes = 63;  // NAMEDATALEN - 1

// --- the table's name

static bool unquoted_character(char c, bool first) {
  const bool letter =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  return letter || (!first && ((c >= '0' && c <= '9') || c == '$'));
}

/// Takes one identifier off the front; "" when there is none.
/// Source: PostgreSQL manual, "Identifiers and Key Words".
static std::string take_identifier(std::string_view& text) {
  std::string name;
  if (text.starts_with('"')) {
    std::size_t at = 1;
    for (; at < text.size(); ++at) {
      if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
      if (text[at] == '"') ++at;
      name += text[at];
    }
    if (at >= text.size()) return "";
    text.remove_prefix(at + 1);
    return name;
  }
  while (!text.empty() && unquoted_character(text.front(), name.empty())) {
    const char c = text.front();
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    text.remove_prefix(1);
  }
  return name;
}

HistoryTable HistoryTable::parse(std::string_view text) {
  std::string_view rest = trimmed(text);
  HistoryTable named;
  named.schema = take_identifier(rest);
  const bool dot = rest.starts_with('.');
  if (dot) rest.remove_prefix(1);
  named.table = take_identifier(rest);
  if (!dot || !rest.empty() || named.schema.empty() || named.table.empty())
    throw Error{ExitCode::usage, fmt::format("'{}' is no name of a history table", clean_text(text))}.hint(
        "write schema and table with a dot between, such as supabase_migrations.schema_migrations");
  for (const std::string& name : {named.schema, named.table})
    if (name.size() > max_identifier_bytes || name.find('\0') != std::string::npos)
      throw Error{ExitCode::usage, fmt::format("'{}' is too long for the name of a history table", name)}
          .hint(fmt::format("PostgreSQL keeps {} bytes of a name", max_identifier_bytes));
  return named;
}

static std::string quoted_where_needed(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [&](const char& c) {
    return unquoted_character(c, &c == name.data()) && !(c >= 'A' && c <= 'Z');
  });
  if (plain) return name;
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += c;
    text += c;
  }
  return text + "\"";
}

std::string HistoryTable::shown() const {
  return quoted_where_needed(schema) + "." + quoted_where_needed(table);
}

std::string HistoryTable::quoted(const Session& session) const {
  return session.quoted_identifier(schema) + "." + session.quoted_identifier(table);
}

// --- reading

/// Throws what a refused read of the history means.
[[noreturn]] static void refuse(Session& session, const HistoryTable& table, const SqlError& error) {
  Error refused{ExitCode::environment, fmt::format("cannot read the history {}", table.shown())};
  refused.because(error.message);
  if (error.sqlstate == no_privilege) {
    const Rows role = session.query("SELECT quote_ident(current_user::text)", "ask for the role's name");
    refused.hint(fmt::format("let its owner run: GRANT USAGE ON SCHEMA {} TO {}; GRANT SELECT ON {} TO {};",
                             session.quoted_identifier(table.schema), role.rows.at(0).at(0).value_or(""),
                             table.quoted(session), role.rows.at(0).at(0).value_or("")));
  } else if (error.sqlstate == undefined_column) {
    refused.hint("set database.history in the pipeline file to a table with a column 'version'");
  }
  throw refused;
}

static bool is_absent(const SqlError& error) {
  return error.sqlstate == undefined_table || error.sqlstate == undefined_schema;
}

/// The first of the queries whose columns exist. No rows where the table does not.
static Rows first_that_works(Session& session, const HistoryTable& table,
                             std::span<const std::string> queries) {
  for (const std::string& sql : queries) {
    StatementResult result = session.execute(sql);
    if (!result.error) return std::move(result.rows);
    if (is_absent(*result.error)) return {};
    const bool last = &sql == &queries.back();
    if (result.error->sqlstate != undefined_column || last) refuse(session, table, *result.error);
  }
  return {};
}

std::vector<HistoryRow> read_history(Session& session, const HistoryTable& table) {
  // Asking for what Supabase's table has costs one round trip; only odd tables cost a second one.
  const std::string from = table.quoted(session);
  const std::array queries{fmt::format("SELECT version::text, name::text FROM {}", from),
                           fmt::format("SELECT version::text, ''::text FROM {}", from)};
  Rows found = first_that_works(session, table, queries);
  std::vector<HistoryRow> rows;
  rows.reserve(found.rows.size());
  for (std::vector<Cell>& cells : found.rows)
    if (cells.at(0)) rows.push_back({std::move(*cells[0]), std::move(cells.at(1)).value_or(""), {}});
  const auto by_version = [](const HistoryRow& a, const HistoryRow& b) { return a.version < b.version; };
  // They were inserted in this order, as a rule, and come so: a look is cheaper than sorting.
  if (!std::is_sorted(rows.begin(), rows.end(), by_version)) std::sort(rows.begin(), rows.end(), by_version);
  return rows;
}

// --- statements

std::string text_array(std::span<const std::string> items) {
  std::string text = "{";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : item) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

/// Rows of (version, statement), in order.
static void hand_over(Rows found, const std::function<void(const HistoryRow&)>& use) {
  HistoryRow row;
  for (std::vector<Cell>& cells : found.rows) {
    std::string version = cells.at(0).value_or("");
    if (version != row.version) {
      if (!row.statements.empty()) use(row);
      row = {std::move(version), "", {}};
    }
    row.statements.push_back(std::move(cells.at(1)).value_or(""));
  }
  if (!row.statements.empty()) use(row);
}

static void read_portion(Session& session, const HistoryTable& table, std::span<const std::string> versions,
                         const std::function<void(const HistoryRow&)>& use) {
  if (versions.empty()) return;
  const std::array<Cell, 1> parameters{text_array(versions)};
  hand_over(session.query(fmt::format("SELECT h.version::text, s.sql FROM {} AS h, "
                                      "unnest(h.statements::text[]) WITH ORDINALITY AS s (sql, place) "
                                      "WHERE h.version::text = ANY ($1::text[]) "
                                      "ORDER BY h.version::text COLLATE \"C\", s.place",
                                      table.quoted(session)),
                          fmt::format("read the statements of the history {}", table.shown()), parameters),
            use);
}

std::vector<std::string> read_history_statements(Session& session, const HistoryTable& table,
                                                 const std::string& version) {
  const std::string probe = fmt::format("SELECT statements FROM {} LIMIT 0", table.quoted(session));
  const StatementResult result = session.execute(probe);
  if (result.error) {
    if (is_absent(*result.error) || result.error->sqlstate == undefined_column) return {};
    refuse(session, table, *result.error);
  }
  std::vector<std::string> statements;
  read_portion(session, table, std::array{version},
               [&](const HistoryRow& row) { statements = row.statements; });
  return statements;
}

void for_each_history_statements(Session& session, const HistoryTable& table,
                                 const std::function<void(const HistoryRow&)>& use) {
  // What is stored may be compressed four- to eightfold, and is not unpacked for being measured.
  static constexpr std::size_t portion_bytes = std::size_t{256} * 1024;
  static constexpr std::size_t portion_rows = 1000;
  const StatementResult sizes = session.execute(
      fmt::format("SELECT version::text, pg_column_size(statements) FROM {} WHERE statements IS NOT NULL "
                  "ORDER BY version::text COLLATE \"C\"",
                  table.quoted(session)));
  if (sizes.error) {
    if (is_absent(*sizes.error) || sizes.error->sqlstate == undefined_column) return;
    refuse(session, table, *sizes.error);
  }
  std::vector<std::string> versions;
  std::size_t bytes = 0;
  const auto read = [&] {
    read_portion(session, table, versions, use);
    versions.clear();
    bytes = 0;
  };
  for (const std::vector<Cell>& cells : sizes.rows.rows) {
    if (!cells.at(0) || !cells.at(1)) continue;
    std::size_t size = 0;
    std::from_chars(cells[1]->data(), cells[1]->data() + cells[1]->size(), size);
    if (!versions.empty() && (bytes + size > portion_bytes || versions.size() >= portion_rows)) read();
    versions.push_back(*cells[0]);
    bytes += size;
  }
  read();
}

// --- writing

void create_history(Session& session, const HistoryTable& table) {
  static constexpr std::string_view doing = "make the history table";
  const std::string name = table.quoted(session);
  // Looking first, because IF NOT EXISTS wants the right to create, and ALTER TABLE a lock on everybody,
  // even where nothing is left to do.
  const std::array<Cell, 2> parameters{table.schema, table.table};
  const Rows found = session.query(
      "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
      "JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
      doing, parameters);
  const auto has = [&](std::string_view column) {
    return std::any_of(found.rows.begin(), found.rows.end(),
                       [&](const std::vector<Cell>& cells) { return cells.at(0) == column; });
  };
  if (found.rows.empty()) {
    const std::array<Cell, 1> schema{table.schema};
    if (session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", doing, schema).rows.empty())
      session.query(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", session.quoted_identifier(table.schema)),
                    doing);
    session.query(fmt::format("CREATE TABLE IF NOT EXISTS {} (version text NOT NULL PRIMARY KEY)", name),
                  doing);
  }
  for (const std::string_view column : {"statements text[]", "name text"})
    if (!has(column.substr(0, column.find(' '))))
      session.query(fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}", name, column), doing);
}

void record_applied(Session& session, const HistoryTable& table, const HistoryRow& row) {
  const std::array<Cell, 3> parameters{row.version, row.name, text_array(row.statements)};
  session.query(
      fmt::format("INSERT INTO {} (version, name, statements) VALUES ($1, $2, $3)", table.quoted(session)),
      fmt::format("record version {} in the history", row.version), parameters);
}

}  // namespace runner
