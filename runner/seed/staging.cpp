#include "runner/seed/staging.hpp"

#include "runner/seed/sql_text.hpp"
#include "runner/sql/written_name.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

Staging::Staging(const Dataset& dataset, const TableFacts& facts) : dataset_(dataset), facts_(facts) {
  for (const DatasetColumn& column : dataset.columns) {
    Part part{.column = &column, .slot = slots_};
    if (column.lookup) {
      part.alias = fmt::format("l{}", slots_);
      part.value = fmt::format("{}.{}", part.alias, written_name(column.lookup->id));
      std::vector<std::string> equal;
      const std::vector<std::string>& types = facts.lookup_types.at(column.name);
      for (std::size_t i = 0; i < column.lookup->key.size(); ++i)
        equal.push_back(fmt::format("{}.{} = s.c{}::{}", part.alias, written_name(column.lookup->key[i]),
                                    slots_ + i, types[i]));
      part.joined = fmt::format("{}", fmt::join(equal, " AND "));
      slots_ += column.from.size();
    } else {
      part.value = fmt::format("s.c{}::{}", slots_, facts.columns.at(column.name).type);
      ++slots_;
    }
    parts_.push_back(std::move(part));
  }
}

std::string Staging::create() const {
  std::string sql = fmt::format("CREATE TEMPORARY TABLE runner_seed (line bigint NOT NULL");
  for (std::size_t i = 0; i < slots_; ++i) sql += fmt::format(", c{} text", i);
  return sql + ") ON COMMIT DROP";
}

std::string Staging::copy() const {
  return fmt::format("COPY {} FROM STDIN", table);
}

std::string Staging::drop() const {
  return fmt::format("DROP TABLE {}", table);
}

std::string Staging::joins(bool keep_unresolved) const {
  std::string sql;
  for (const Part& part : parts_)
    if (part.column->lookup)
      sql +=
          fmt::format("\n  {}JOIN {} AS {} ON {}", part.column->required && !keep_unresolved ? "" : "LEFT ",
                      part.column->lookup->table.written(), part.alias, part.joined);
  return sql;
}

std::string Staging::insert(std::string_view condition) const {
  std::vector<std::string> values;
  // A key that finds nothing must not become NULL: such a row is missing in the count of what was inserted.
  std::vector<std::string> conditions;
  for (const Part& part : parts_) {
    values.push_back(part.value);
    if (part.column->lookup && !part.column->required)
      conditions.push_back(fmt::format("(s.c{} IS NULL OR {} IS NOT NULL)", part.slot, part.value));
  }
  if (!condition.empty()) conditions.emplace_back(condition);
  const std::string where =
      conditions.empty() ? std::string() : fmt::format("\n WHERE {}", fmt::join(conditions, " AND "));
  return fmt::format("{}\nSELECT {}\n  FROM {} AS s{}{}\n ORDER BY s.line{}", insert_head(dataset_),
                     fmt::join(values, ", "), table, joins(false), where, conflict_clause(dataset_));
}

std::string Staging::unresolved(const DatasetColumn& column, std::size_t limit) const {
  const Part& part = part_of(column.name);
  std::vector<std::string> key;
  for (std::size_t i = 0; i < column.lookup->key.size(); ++i)
    key.push_back(fmt::format("s.c{}", part.slot + i));
  return fmt::format(
      "SELECT s.line, {} FROM {} AS s WHERE s.c{} IS NOT NULL AND NOT EXISTS (SELECT FROM {} AS {} WHERE {})"
      " ORDER BY s.line LIMIT {}",
      fmt::join(key, ", "), table, part.slot, column.lookup->table.written(), part.alias, part.joined, limit);
}

const Staging::Part& Staging::part_of(std::string_view column) const {
  return *std::find_if(parts_.begin(), parts_.end(),
                       [&](const Part& part) { return part.column->name == column; });
}

std::string Staging::twice_in_file(std::size_t limit) const {
  std::vector<std::string> key, known;
  for (const std::string& name : dataset_.key) {
    key.push_back(part_of(name).value);
    known.push_back(fmt::format("{} IS NOT NULL", key.back()));
  }
  return fmt::format(
      "SELECT line, first FROM (SELECT s.line, min(s.line) OVER (PARTITION BY {}) AS first FROM {} AS s{} "
      "WHERE {}) AS t"
      " WHERE line <> first ORDER BY line LIMIT {}",
      fmt::join(key, ", "), table, joins(true), fmt::join(known, " AND "), limit);
}

std::string Staging::already_there(std::size_t limit) const {
  std::vector<std::string> equal;
  for (const std::string& name : dataset_.key)
    equal.push_back(fmt::format("t.{} = {}", written_name(name), part_of(name).value));
  return fmt::format(
      "SELECT s.line FROM {} AS s{} WHERE EXISTS (SELECT FROM {} AS t WHERE {}) ORDER BY s.line LIMIT {}",
      table, joins(true), dataset_.table.written(), fmt::join(equal, " AND "), limit);
}

std::string Staging::probe(const DatasetColumn& column, std::int64_t line) const {
  const Part& part = part_of(column.name);
  const ColumnFacts& facts = facts_.columns.at(column.name);
  // An assignment refuses what is too long, which a cast would cut off.
  return fmt::format(
      "SELECT {}::{}, {} FROM {} AS s{} WHERE s.line = {}", part.value, facts.full_type,
      facts.longest_chars > 0 ? fmt::format("length(s.c{}) > {}", part.slot, facts.longest_chars) : "false",
      table, joins(true), line);
}

std::string Staging::count_between(std::int64_t from, std::int64_t to) const {
  return fmt::format("SELECT count(*) FROM {} WHERE line BETWEEN {} AND {}", table, from, to);
}

std::string Staging::drop_lines(const std::vector<std::int64_t>& lines) const {
  return fmt::format("DELETE FROM {} WHERE line IN ({})", table, fmt::join(lines, ", "));
}

// --- COPY --------------------------------------------------------------------------------------------------

static bool is_special(char c) {
  return c == '\\' || c == '\t' || c == '\n' || c == '\r';
}

static void append_field(std::string_view text, std::string& out) {
  for (auto from = text.begin();;) {
    const auto at = std::find_if(from, text.end(), is_special);
    out.append(from, at);
    if (at == text.end()) return;
    out += '\\';
    out += *at == '\t' ? 't' : *at == '\n' ? 'n' : *at == '\r' ? 'r' : '\\';
    from = at + 1;
  }
}

void append_copy_rows(const RowBatch& batch, std::string& out) {
  char digits[20];
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    const auto end = std::to_chars(digits, digits + sizeof digits, batch.lines[row]);
    out.append(digits, end.ptr);
    for (std::size_t slot = 0; slot < batch.slots; ++slot) {
      out += '\t';
      const Value& value = batch.at(row, slot);
      if (value.is_null())
        out += "\\N";
      else
        append_field(value.text(), out);
    }
    out += '\n';
  }
}

}  // namespace runner
