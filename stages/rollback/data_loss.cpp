#include "stages/rollback/data_loss.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/sql/losses.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>

#include <fmt/format.h>

namespace runner {

namespace {
struct Count {
  std::int64_t rows = 0;
  enum class Kind { exact, estimated, not_countable, no_such_thing } kind = Kind::exact;
};

class Counting {
 public:
  Counting(Session& target, std::chrono::milliseconds timeout) : target_(target), timeout_(timeout) {}
  std::vector<LostRows> run(const std::vector<WayBack>& ways);

 private:
  void look_at(const Statement& statement);
  void count(const Loss& loss);
  void count_table(std::string_view verb, const std::string& table);
  void count_column(std::string_view verb, const std::string& table, const std::string& column);
  void count_all(std::string_view verb, const Rows& tables_or_columns);
  Count ask(const std::string& sql, const std::string& table);
  Count estimate(const std::string& table);
  StatementResult tried(const std::string& sql);
  void add(const std::string& what, const Count& count);
  std::string named(const Loss& loss) const;
  Rows in_schema(const Loss& loss);
  Rows of_type(const Loss& loss);

  Session& target_;
  std::chrono::milliseconds timeout_;
  std::vector<LostRows> found_{};
  std::set<std::string> told_{};
};
}  // namespace

/// Without the double quotes around plain names.
static std::string for_people(const std::string& quoted) {
  const bool plain = std::all_of(quoted.begin(), quoted.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '"';
  });
  std::string text = quoted;
  if (plain) std::erase(text, '"');
  return text;
}

std::string Counting::named(const Loss& loss) const {
  const std::string name = target_.quoted_identifier(loss.name);
  return loss.schema.empty() ? name : target_.quoted_identifier(loss.schema) + "." + name;
}

/// What fails must not end the transaction in which everything is counted.
StatementResult Counting::tried(const std::string& sql) {
  target_.query("SAVEPOINT runner_count", "count rows");
  StatementResult result = target_.execute(sql);
  if (result.connection_lost)
    throw Error{ExitCode::environment, "the connection broke while rows were counted"}.because(
        result.error->message);
  target_.query(result.error ? "ROLLBACK TO SAVEPOINT runner_count" : "RELEASE SAVEPOINT runner_count",
                "count rows");
  return result;
}

static std::int64_t number_in(const Rows& rows) {
  std::int64_t number = 0;
  if (rows.rows.empty() || !rows.rows[0].at(0)) return number;
  const std::string& text = *rows.rows[0][0];
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Source: PostgreSQL manual, pg_class.reltuples; -1 means never analysed.
Count Counting::estimate(const std::string& table) {
  const StatementResult result =
      tried(fmt::format("SELECT greatest(c.reltuples, 0)::bigint FROM pg_catalog.pg_class c WHERE c.oid = "
                        "to_regclass({}) AND c.reltuples >= 0",
                        target_.quoted_literal(table)));
  if (result.error || result.rows.rows.empty()) return {.kind = Count::Kind::not_countable};
  return {.rows = number_in(result.rows), .kind = Count::Kind::estimated};
}

Count Counting::ask(const std::string& sql, const std::string& table) {
  const StatementResult result = tried(sql);
  if (!result.error) return {.rows = number_in(result.rows)};
  const std::string& state = result.error->sqlstate;
  // 42P01 no such table, 3F000 schema, 42703 column: made by the rollback itself, or gone already.
  if (state == "42P01" || state == "3F000" || state == "42703") return {.kind = Count::Kind::no_such_thing};
  if (state == "57014" || state == "55P03") return estimate(table);
  return {.kind = Count::Kind::not_countable};
}

static std::string rows_in_words(std::int64_t rows) {
  return rows == 1 ? "1 row" : fmt::format("{} rows", rows);
}

void Counting::add(const std::string& what, const Count& count) {
  if (count.kind == Count::Kind::no_such_thing || !told_.insert(what).second) return;
  switch (count.kind) {
    case Count::Kind::exact:
      if (count.rows > 0) found_.push_back({.text = what + ": " + rows_in_words(count.rows)});
      return;
    case Count::Kind::estimated:
      found_.push_back(
          {.text = fmt::format("{}: about {} (by the planner's estimate)", what, rows_in_words(count.rows)),
           .exact = false});
      return;
    default:
      found_.push_back({.text = what + ": the rows could not be counted", .exact = false});
  }
}

void Counting::count_table(std::string_view verb, const std::string& table) {
  add(fmt::format("{} {}", verb, for_people(table)), ask("SELECT count(*) FROM " + table, table));
}

void Counting::count_column(std::string_view verb, const std::string& table, const std::string& column) {
  add(fmt::format("{} {}.{}", verb, for_people(table), for_people(column)),
      ask(fmt::format("SELECT count({}) FROM {}", column, table), table));
}

/// Rows of (table) or (table, column).
void Counting::count_all(std::string_view verb, const Rows& tables_or_columns) {
  for (const std::vector<Cell>& row : tables_or_columns.rows) {
    if (row.size() == 1)
      count_table(verb, row.at(0).value_or(""));
    else
      count_column(verb, row.at(0).value_or(""), row.at(1).value_or(""));
  }
}

Rows Counting::in_schema(const Loss& loss) {
  return tried(fmt::format(
                   "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                   "ON n.oid = c.relnamespace WHERE n.nspname = {} AND c.relkind IN ('r', 'p') AND NOT "
                   "c.relispartition ORDER BY 1",
                   target_.quoted_literal(loss.name)))
      .rows;
}

Rows Counting::of_type(const Loss& loss) {
  return tried(fmt::format(
                   "SELECT c.oid::regclass::text, quote_ident(a.attname) FROM pg_catalog.pg_attribute a JOIN "
                   "pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.atttypid = to_regtype({}) AND "
                   "c.relkind IN ('r', 'p') AND NOT a.attisdropped AND NOT c.relispartition ORDER BY 1, 2",
                   target_.quoted_literal(named(loss))))
      .rows;
}

void Counting::count(const Loss& loss) {
  const std::string table = named(loss);
  switch (loss.kind) {
    case LossKind::drop_table:
      return count_table("drops table", table);
    case LossKind::truncate:
      return count_table("empties table", table);
    case LossKind::drop_column:
      return count_column("drops column", table, target_.quoted_identifier(loss.column));
    case LossKind::retype_column:
      return count_column("rewrites column", table, target_.quoted_identifier(loss.column));
    case LossKind::drop_schema:
      return count_all("drops table", in_schema(loss));
    case LossKind::drop_type:
      return count_all("drops column", of_type(loss));
    case LossKind::delete_rows:
    case LossKind::update_rows:
      break;
  }
  const std::string_view verb = loss.kind == LossKind::delete_rows ? "deletes rows of" : "overwrites rows of";
  Count count{.kind = Count::Kind::not_countable};
  if (!loss.rows.empty()) count = ask("SELECT count(*) FROM " + loss.rows, table);
  if (count.kind == Count::Kind::not_countable || count.kind == Count::Kind::no_such_thing)
    return count_table(verb, table);
  add(fmt::format("{} {}", verb, for_people(table)), count);
}

void Counting::look_at(const Statement& statement) {
  if (sets_search_path(statement.text)) {
    tried(std::string(statement.text));
    return;
  }
  for (const Loss& loss : losses_of(statement.text)) count(loss);
}

std::vector<LostRows> Counting::run(const std::vector<WayBack>& ways) {
  RollbackGuard guard{target_};
  target_.query("BEGIN READ ONLY", "begin a read-only transaction");
  // With row security on, only the rows would be counted that the role may see.
  target_.query(
      fmt::format("SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = '2s'; "
                  "SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL row_security = off",
                  timeout_.count()),
      "limit the time of counting");
  for (const WayBack& way : ways) {
    target_.query("SAVEPOINT runner_file", "count rows");
    const SplitResult split = split_statements(way.sql);
    for (const Statement& statement : split.statements) look_at(statement);
    target_.query("ROLLBACK TO SAVEPOINT runner_file", "count rows");
  }
  guard.end();
  return std::move(found_);
}

std::vector<LostRows> count_losses(Session& target, const std::vector<WayBack>& ways,
                                   std::chrono::milliseconds timeout) {
  return Counting(target, timeout).run(ways);
}

}  // namespace runner
