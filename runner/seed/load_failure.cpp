#include "runner/seed/load_failure.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

bool is_about_rows(const SqlError& error) {
  static constexpr std::array<std::string_view, 5> classes{"21", "22", "23", "44", "P0"};
  return std::any_of(classes.begin(), classes.end(),
                     [&](std::string_view start) { return error.sqlstate.starts_with(start); });
}

void throw_seed_error(const Session& session, const Dataset& dataset, const StatementResult& result) {
  const SqlError& error = *result.error;
  if (error.sqlstate == "55P03" || error.sqlstate == "40P01")
    throw Error{ExitCode::busy,
                fmt::format("somebody else holds {} at {}", dataset.table.shown(), session.url().describe())}
        .because(error.message)
        .hint("try again");
  Error problem{ExitCode::environment, fmt::format("cannot load {} into {} at {}", dataset.name,
                                                   dataset.table.shown(), session.url().describe())};
  problem.because(result.connection_lost ? "the connection broke: " + error.message
                                         : fmt::format("{} (SQLSTATE {})", error.message, error.sqlstate));
  if (error.sqlstate == "42501")
    problem.hint("connect as the table's owner, or grant INSERT on it and TEMPORARY on the database");
  else if (!error.hint.empty())
    problem.hint(error.hint);
  throw problem;
}

std::optional<SqlError> try_insert(Session& session, const Dataset& dataset, const std::string& insert,
                                   std::string* command_tag) {
  session.query("SAVEPOINT runner_seed", "set a savepoint");
  StatementResult result = session.execute(insert);
  if (command_tag != nullptr) *command_tag = result.command_tag;
  if (!result.error) result = session.execute("SET CONSTRAINTS ALL IMMEDIATE");
  if (result.connection_lost || (result.error && !is_about_rows(*result.error)))
    throw_seed_error(session, dataset, result);
  if (result.error) session.query("ROLLBACK TO SAVEPOINT runner_seed", "go back to the savepoint");
  session.query("RELEASE SAVEPOINT runner_seed", "release the savepoint");
  return std::move(result.error);
}

Findings LoadFailure::explain(const std::optional<SqlError>& error) {
  session_.query(fmt::format("CREATE INDEX ON {} (line)", Staging::table), "index the rows");
  find_unresolved();
  if (error && !full()) find_known_keys();
  if (error && !full()) {
    const Rows ends =
        session_.query(fmt::format("SELECT min(line), max(line) FROM {}", Staging::table), "count rows");
    if (ends.rows[0][0]) find_refused(std::stoll(*ends.rows[0][0]), std::stoll(*ends.rows[0][1]));
  }
  if (found_.empty()) {
    Finding finding{
        .rule = "insert-refused", .place = {.path = dataset_.shown_csv}, .subject = dataset_.name};
    finding.message = error ? error->message : "rows got lost on their way into the table";
    finding.remedy = "Look for triggers and rules of the table that change what is inserted.";
    return {finding};
  }
  return placed(std::move(found_), dataset_);
}

/// What may fail because a text does not fit its type: then later steps tell.
std::optional<Rows> LoadFailure::asked(const std::string& sql) {
  session_.query("SAVEPOINT runner_seed", "set a savepoint");
  StatementResult result = session_.execute(sql);
  if (result.connection_lost || (result.error && !is_about_rows(*result.error)))
    throw_seed_error(session_, dataset_, result);
  if (result.error) session_.query("ROLLBACK TO SAVEPOINT runner_seed", "go back to the savepoint");
  session_.query("RELEASE SAVEPOINT runner_seed", "release the savepoint");
  if (result.error) return std::nullopt;
  return std::move(result.rows);
}

void LoadFailure::find_unresolved() {
  for (const DatasetColumn& column : dataset_.columns) {
    if (!column.lookup || full()) continue;
    const bool hidden = std::any_of(column.from.begin(), column.from.end(),
                                    [&](const std::string& name) { return dataset_.is_private(name); });
    const std::optional<Rows> rows = asked(staging_.unresolved(column, limit_ - found_.size()));
    if (!rows) continue;
    for (const auto& row : rows->rows) {
      std::vector<std::string> key;
      for (std::size_t i = 1; i < row.size(); ++i)
        key.push_back(hidden ? column.lookup->key[i - 1]
                             : fmt::format("{} '{}'", column.lookup->key[i - 1], row[i].value_or("")));
      note(std::stoll(*row[0]), &column, "unresolved-key",
           fmt::format("no row of {} has {}", column.lookup->table.shown(), fmt::join(key, " and ")),
           "Correct the value, or load the dataset that makes that row first.");
    }
  }
  drop_noted();
}

void LoadFailure::find_known_keys() {
  if (dataset_.key.empty()) return;
  const DatasetColumn* column = dataset_.find_column(dataset_.key.front());
  const std::string key = fmt::format("{}", fmt::join(dataset_.key, ", "));
  if (dataset_.on_conflict != OnConflict::skip)
    if (const auto rows = asked(staging_.twice_in_file(limit_ - found_.size())))
      for (const auto& row : rows->rows)
        note(std::stoll(*row[0]), column, "duplicate-key",
             fmt::format("line {} has the same natural key ({})", row[1].value_or("?"), key),
             "Keep one of the rows.");
  drop_noted();
  if (full() || dataset_.on_conflict != OnConflict::error) return;
  if (const auto rows = asked(staging_.already_there(limit_ - found_.size())))
    for (const auto& row : rows->rows)
      note(std::stoll(*row[0]), column, "already-there",
           fmt::format("{} has a row with this natural key ({}) already", dataset_.table.shown(), key),
           fmt::format("Empty the table, or write `on_conflict: skip` or `update` in {}.",
                       dataset_.shown_path));
  drop_noted();
}

/// Rows that were inserted stay until the end, so that what they make impossible is found, too.
void LoadFailure::find_refused(std::int64_t from, std::int64_t to) {
  if (full() || from > to) return;
  const auto error =
      try_insert(session_, dataset_, staging_.insert(fmt::format("s.line BETWEEN {} AND {}", from, to)));
  if (!error) return;
  if (from == to) return note_refused(from, *error);
  const std::int64_t middle = from + (to - from) / 2;
  find_refused(from, middle);
  find_refused(middle + 1, to);
}

void LoadFailure::note_refused(std::int64_t line, const SqlError& error) {
  note(line, guilty_column(line, error), error.sqlstate.starts_with("23") ? "constraint" : "value-refused",
       fmt::format("{} (SQLSTATE {})", error.message, error.sqlstate),
       fmt::format("Correct the value, or how {} reads it.", dataset_.shown_path));
}

const DatasetColumn* LoadFailure::guilty_column(std::int64_t line, const SqlError& error) {
  if (!error.column.empty()) return dataset_.find_column(error.column);
  if (const auto constraint = facts_.constraints.find(error.constraint);
      constraint != facts_.constraints.end())
    for (const DatasetColumn& column : dataset_.columns)
      if (!column.from.empty() && std::find(constraint->second.begin(), constraint->second.end(),
                                            column.name) != constraint->second.end())
        return &column;
  for (const DatasetColumn& column : dataset_.columns)
    if (fails(column, line)) return &column;
  return nullptr;
}

bool LoadFailure::fails(const DatasetColumn& column, std::int64_t line) {
  const std::optional<Rows> rows = asked(staging_.probe(column, line));
  return !rows || (!rows->rows.empty() && rows->rows[0][1] == "t");
}

void LoadFailure::note(std::int64_t line, const DatasetColumn* column, std::string_view rule,
                       std::string message, std::string remedy) {
  const std::vector<std::size_t>* fields = column == nullptr ? nullptr : &maker_.fields_of(*column);
  Finding finding{.rule = std::string(rule), .subject = dataset_.name};
  finding.message =
      column == nullptr ? std::move(message) : fmt::format("column '{}': {}", column->name, message);
  finding.remedy = std::move(remedy);
  found_.push_back({std::move(finding), line, fields == nullptr || fields->empty() ? 0 : fields->front()});
  noted_.push_back(line);
}

void LoadFailure::drop_noted() {
  if (!noted_.empty()) session_.query(staging_.drop_lines(noted_), "leave out the rows that were found");
  noted_.clear();
}

}  // namespace runner
