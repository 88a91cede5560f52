#include "stages/crypt/rotation.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/stop_aware_sleep.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

using namespace std::chrono_literals;

std::size_t Survey::old_values() const {
  std::size_t sum = 0;
  for (const ValueCounts& column : columns) sum += column.old_values;
  return sum;
}

std::size_t Survey::unreadable_values() const {
  std::size_t sum = 0;
  for (const ValueCounts& column : columns) sum += column.unreadable;
  return sum;
}

Rotation::Rotation(Session& session, const EncryptionKey& from, const EncryptionKey& to, Reporter& reporter,
                   const StopSignal& stop)
    : session_(session), old_(from), new_(to), encryptor_(to), reporter_(reporter), stop_(stop) {}

Rotation::State Rotation::state_of(const Cell& value) {
  if (!value) return State::null_value;
  if (!new_.decrypt(*value, plain_)) return State::new_value;
  const std::optional<DecryptFailure> failure = old_.decrypt(*value, plain_);
  if (!failure) return State::old_value;
  failure_ = *failure;
  return State::unreadable;
}

Survey Rotation::survey(const EncryptedTable& table, std::string_view doing) {
  static constexpr std::size_t shown = 20;
  session_.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "begin a transaction");
  Survey survey;
  survey.columns.resize(table.columns.size());
  EncryptedRows reader(session_, table, batch_rows);
  for (std::vector<EncryptedRow> rows = reader.next(); !rows.empty(); rows = reader.next()) {
    for (const EncryptedRow& row : rows)
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        ValueCounts& counts = survey.columns[i];
        const State state = state_of(row.values[i]);
        ++(state == State::null_value  ? counts.null_values
           : state == State::old_value ? counts.old_values
           : state == State::new_value ? counts.new_values
                                       : counts.unreadable);
        if (state == State::unreadable && survey.unreadable.size() < shown)
          survey.unreadable.push_back(fmt::format("{}.{}, row {}, {}", table.name, table.columns[i].name,
                                                  row.describe(table), to_string(failure_)));
      }
    survey.rows += rows.size();
    reporter_.progress(survey.rows, 0, doing);
  }
  session_.query("COMMIT", "end the transaction");
  return survey;
}

/// One element of PostgreSQL's text form of an array.
static void append_element(const Cell& cell, std::string& array) {
  array += array.size() > 1 ? "," : "";
  if (!cell) {
    array += "NULL";
    return;
  }
  array += '"';
  for (const char c : *cell) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

/// The parameters: an array for each part of the key, then for each column one of the old values and one of
/// the new.
static std::string update_statement(const EncryptedTable& table) {
  std::vector<std::string> arrays;
  std::vector<std::string> names;
  std::vector<std::string> set;
  std::vector<std::string> where;
  const auto add = [&](std::string_view type) {
    arrays.push_back(fmt::format("${}::{}[]", arrays.size() + 1, type));
    names.push_back(fmt::format("v{}", names.size() + 1));
    return "v." + names.back();
  };
  for (const EncryptedTable::Column& part : table.key)
    where.push_back(fmt::format("t.{} = {}", part.quoted, add(part.type)));
  for (const EncryptedTable::Column& column : table.columns) {
    where.push_back(fmt::format("t.{}::text IS NOT DISTINCT FROM {}", column.quoted, add("text")));
    set.push_back(fmt::format("{} = {}", column.quoted, add("text")));
  }
  return fmt::format("UPDATE {} AS t SET {} FROM unnest({}) AS v ({}) WHERE {}", table.quoted,
                     fmt::join(set, ", "), fmt::join(arrays, ", "), fmt::join(names, ", "),
                     fmt::join(where, " AND "));
}

static bool is_busy(const SqlError& error) {
  static constexpr std::array<std::string_view, 3> states{"55P03", "40P01", "40001"};
  return std::ranges::find(states, error.sqlstate) != states.end();
}

static std::size_t rows_of(std::string_view command_tag) {
  std::size_t rows = 0;
  const std::size_t space = command_tag.rfind(' ');
  if (space != std::string_view::npos)
    std::from_chars(command_tag.data() + space + 1, command_tag.data() + command_tag.size(), rows);
  return rows;
}

std::size_t Rotation::write(const EncryptedTable& table, const std::vector<EncryptedRow>& rows) {
  std::vector<std::string> arrays(table.key.size() + 2 * table.columns.size(), "{");
  std::size_t changed = 0;
  for (const EncryptedRow& row : rows) {
    std::vector<Cell> cells = row.key;
    bool changes = false;
    for (const Cell& value : row.values) {
      cells.push_back(value);
      const bool old = state_of(value) == State::old_value;
      cells.push_back(old ? Cell(encryptor_.encrypt(plain_)) : value);
      changes |= old;
    }
    if (!changes) continue;
    ++changed;
    for (std::size_t i = 0; i < cells.size(); ++i) append_element(cells[i], arrays[i]);
  }
  if (changed == 0) return 0;
  std::vector<Cell> parameters;
  for (std::string& array : arrays) parameters.emplace_back(std::move(array += '}'));
  static constexpr int tries = 5;
  for (int attempt = 1;; ++attempt) {
    const StatementResult result = session_.execute(update_statement(table), parameters);
    if (!result.error) return rows_of(result.command_tag);
    // DETAIL may hold the row; the message does not.
    if (!is_busy(*result.error))
      throw Error{result.connection_lost ? ExitCode::environment : ExitCode::failed,
                  fmt::format("cannot write {}", table.name)}
          .because(fmt::format("{} (SQLSTATE {})", result.error->message, result.error->sqlstate));
    if (attempt == tries)
      throw Error{ExitCode::busy, fmt::format("others keep rows of {} locked", table.name)}.because(
          result.error->message);
    sleep_unless_stopped(jittered(200ms * attempt), stop_);
  }
}

std::size_t Rotation::pass(const EncryptedTable& table, std::size_t rows_expected) {
  EncryptedRows reader(session_, table, batch_rows);
  std::size_t read = 0;
  std::size_t written = 0;
  for (std::vector<EncryptedRow> rows = reader.next(); !rows.empty(); rows = reader.next()) {
    written += write(table, rows);
    read += rows.size();
    reporter_.progress(read, std::max(read, rows_expected), fmt::format("rotate {}", table.name));
  }
  return written;
}

}  // namespace runner
