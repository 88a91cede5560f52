#include "runner/migration/touched_tables.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/sql/relations.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view tables_by_number =
    "SELECT c.oid, format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN "
    "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relpersistence "
    "<> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// Also those of AccessShareLock: a backfill reads what it writes elsewhere.
static constexpr std::string_view locked_relations =
    "SELECT DISTINCT relation FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND pid = "
    "pg_catalog.pg_backend_pid()";

static constexpr std::string_view sequence_values =
    "SELECT seqrelid, pg_catalog.pg_sequence_last_value(seqrelid) FROM pg_catalog.pg_sequence WHERE "
    "pg_catalog.has_sequence_privilege(seqrelid, 'USAGE, SELECT')";

namespace {

/// The statements of several files, or nothing when they cannot all run in one transaction.
std::optional<std::vector<std::string_view>> statements_of_one_transaction(
    std::span<const std::string_view> texts) {
  std::vector<std::string_view> all;
  for (const std::string_view text : texts) {
    const SplitResult split = split_statements(text);
    if (!split.problems.empty()) return std::nullopt;
    const TransactionShape shape = transaction_shape(split.statements, text);
    if (split.statements.empty()) continue;
    if (shape == TransactionShape::as_written || shape == TransactionShape::none) return std::nullopt;
    for (const Statement& statement : split.statements)
      if (statement.kind != StatementKind::begin && statement.kind != StatementKind::commit)
        all.push_back(statement.text);
    all.emplace_back("RESET ALL");
  }
  return all;
}

/// One transaction that is rolled back, sent at once.
class Rehearsal {
 public:
  Rehearsal(Session& session, std::string_view excluded_schema)
      : session_(session), shapes_(row_shapes_query(locked_relations, excluded_schema, session)) {}

  /// Nothing when the first texts were refused.
  std::optional<TouchedTables> run(const std::vector<std::string_view>& ups,
                                   const std::vector<std::string_view>& downs);

 private:
  void add(std::string_view sql) { calls_.push_back({.sql = sql}); }
  std::size_t ask(std::string_view sql) {
    calls_.push_back({.sql = sql, .keep_rows = true});
    return calls_.size() - 1;
  }
  const Rows* answer(std::size_t call) const {
    return call < result_.results.size() && !result_.results[call].error ? &result_.results[call].rows
                                                                         : nullptr;
  }
  void put_sequences_back(const Rows& before, const Rows* after);

  Session& session_;
  std::string shapes_;
  std::vector<PipelineCall> calls_{};
  PipelineResult result_{};
};

/// nextval is not undone by a rollback, and a migration may count on a sequence's first numbers.
void Rehearsal::put_sequences_back(const Rows& before, const Rows* after) {
  std::map<Cell, Cell> values;
  for (const std::vector<Cell>& row : before.rows) values.emplace(row.at(0), row.at(1));
  std::string sql;
  // Where something was refused, the answer behind it is missing.
  const Rows now = after == nullptr ? session_.query(sequence_values, "read the sequences") : Rows();
  for (const std::vector<Cell>& row : after == nullptr ? now.rows : after->rows) {
    const auto was = values.find(row.at(0));
    if (was == values.end() || was->second == row.at(1)) continue;
    const std::string number = row[0].value_or("0");
    sql += was->second ? fmt::format("SELECT pg_catalog.setval({}::regclass, {});", number, *was->second)
                       : fmt::format(
                             "SELECT pg_catalog.setval(seqrelid::regclass, seqstart, false) FROM "
                             "pg_catalog.pg_sequence WHERE seqrelid = {};",
                             number);
  }
  if (!sql.empty()) session_.query(sql, "put the sequences back");
}

std::vector<std::string> names_of(const Rows& tables, const std::vector<const Rows*>& locked) {
  std::set<Cell> numbers;
  for (const Rows* rows : locked)
    for (const std::vector<Cell>& row : rows->rows) numbers.insert(row.at(0));
  std::vector<std::string> names;
  for (const std::vector<Cell>& row : tables.rows)
    if (numbers.contains(row.at(0))) names.push_back(row.at(1).value_or(""));
  return names;
}

std::optional<TouchedTables> Rehearsal::run(const std::vector<std::string_view>& ups,
                                            const std::vector<std::string_view>& downs) {
  add("BEGIN");
  const std::size_t tables = ask(tables_by_number);
  const std::size_t sequences = ask(sequence_values);
  for (const std::string_view statement : ups) add(statement);
  const std::size_t locked_by_ups = ask(locked_relations);
  const std::size_t after = ask(shapes_);
  for (const std::string_view statement : downs) add(statement);
  const std::size_t locked_by_downs = ask(locked_relations);
  add("ROLLBACK");
  const std::size_t sequences_after = ask(sequence_values);
  RollbackGuard guard{session_};
  result_ = session_.execute_together(calls_, {});
  if (result_.connection_lost) {
    const bool said = !result_.results.empty() && result_.results.back().error;
    throw Error{ExitCode::environment, "the connection broke while the files were executed on trial"}.because(
        said ? result_.results.back().error->message : "");
  }
  guard.end();
  if (const Rows* before = answer(sequences)) put_sequences_back(*before, answer(sequences_after));
  const Rows* locked = answer(locked_by_ups);
  const Rows* shapes = answer(after);
  if (locked == nullptr || shapes == nullptr) return std::nullopt;
  std::vector<const Rows*> all{locked};
  if (const Rows* more = answer(locked_by_downs)) all.push_back(more);
  return TouchedTables{
      .before = names_of(*answer(tables), all), .after = row_shapes_of(*shapes), .rehearsed = true};
}

}  // namespace

/// Tables and the tables of indexes, as far as they exist now.
static TouchedTables named_tables(std::span<const std::string_view> ups,
                                  std::span<const std::string_view> downs, Session& session) {
  std::vector<std::string> names;
  for (const auto& texts : {ups, downs})
    for (const std::string_view text : texts) {
      const SplitResult split = split_statements(text);
      for (const Statement& statement : split.statements)
        for (const RelationName& relation : relations_of(statement.text))
          names.push_back((relation.schema.empty() ? "" : session.quoted_identifier(relation.schema) + ".") +
                          session.quoted_identifier(relation.name));
    }
  const std::array<Cell, 1> parameters{text_array(names)};
  TouchedTables touched;
  for (std::vector<Cell>& row :
       session
           .query("SELECT DISTINCT format('%I.%I', n.nspname, c.relname) FROM unnest($1::text[]) u (name) "
                  "JOIN pg_catalog.pg_class r ON r.oid = to_regclass(u.name) "
                  "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid "
                  "JOIN pg_catalog.pg_class c ON c.oid = coalesce(i.indrelid, r.oid) "
                  "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')",
                  "look up tables", parameters)
           .rows)
    touched.before.push_back(std::move(row.at(0)).value_or(""));
  return touched;
}

TouchedTables touched_tables(std::span<const std::string_view> ups, std::span<const std::string_view> downs,
                             Session& session, std::string_view excluded_schema) {
  const auto up_statements = statements_of_one_transaction(ups);
  if (up_statements) {
    auto touched = Rehearsal(session, excluded_schema)
                       .run(*up_statements,
                            statements_of_one_transaction(downs).value_or(std::vector<std::string_view>{}));
    if (touched) return std::move(*touched);
  }
  return named_tables(ups, downs, session);
}

}  // namespace runner
