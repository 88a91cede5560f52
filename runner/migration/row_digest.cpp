#include "runner/migration/row_digest.hpp"

#include "runner/core/text.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/query_together.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace runner {

extern const std::string_view row_digest_sql;

static std::int64_t number_in(const Cell& cell) {
  std::int64_t number = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), number);
  return number;
}

std::string_view row_digest_function() {
  return row_digest_sql;
}

RowDigests digest_rows(Session& session, const std::vector<std::string>& tables) {
  if (tables.empty()) return {};
  static constexpr std::string_view doing = "digest the rows of tables";
  const std::array<Cell, 1> names{text_array(tables)};
  const std::array calls{PipelineCall{.sql = row_digest_sql},
                         PipelineCall{.sql = row_digest_call, .parameters = names, .keep_rows = true}};
  return row_digests_of(std::move(query_together(session, calls, doing).back()));
}

RowDigests row_digests_of(Rows rows) {
  RowDigests digests;
  for (std::vector<Cell>& row : rows.rows) {
    TableDigest& table = digests[row.at(0).value_or("")];
    const std::string column = row.at(1).value_or("");
    if (column.empty()) table.number = row.at(2).value_or("");
    table.key = row.at(3).value_or("");
    table.part_of = row.at(8).value_or("");
    table.rows = number_in(row.at(4));
    table.columns.emplace(column, ColumnDigest{.number = row.at(2).value_or(""),
                                               .values = number_in(row.at(5)),
                                               .sum = row.at(6).value_or(""),
                                               .pairs = std::move(row.at(7)).value_or("")});
  }
  return digests;
}

static std::vector<std::string_view> sorted_pairs(std::string_view pairs) {
  std::vector<std::string_view> all;
  while (!pairs.empty()) {
    const std::size_t end = std::min(pairs.find(' '), pairs.size());
    all.push_back(pairs.substr(0, end));
    pairs.remove_prefix(std::min(end + 1, pairs.size()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Rows of before that are not there after, or are there with another value.
static std::optional<std::int64_t> count_differing(const ColumnDigest& before, const ColumnDigest& after) {
  if (before.pairs.empty() || (after.pairs.empty() && after.sum != "0")) return std::nullopt;
  const std::vector<std::string_view> was = sorted_pairs(before.pairs);
  const std::vector<std::string_view> is = sorted_pairs(after.pairs);
  std::vector<std::string_view> gone;
  std::set_difference(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(gone));
  return static_cast<std::int64_t>(gone.size());
}

static std::string count_of_rows(std::int64_t rows) {
  return count_of(static_cast<std::size_t>(rows), "row");
}

static std::string rows_text(const RowDifference& one) {
  const std::int64_t gone = one.values - one.values_after;
  if (gone > 0) return fmt::format("{} of {} are gone", gone, count_of_rows(one.rows));
  if (gone < 0) return fmt::format("{} more than before", count_of_rows(-gone));
  if (!one.differing) return "rows differ";
  return fmt::format("{} of {} differ", *one.differing, count_of_rows(one.rows));
}

std::string RowDifference::text() const {
  if (column.empty()) return fmt::format("{}: {}", table, rows_text(*this));
  const std::string name = table + "." + column;
  const std::string of_rows = count_of_rows(rows);
  if (values > 0 && values_after == 0) return fmt::format("{}: {} of {} had a value", name, values, of_rows);
  if (!differing) return fmt::format("{}: values differ", name);
  return fmt::format("{}: {} of {} have another value", name, *differing, of_rows);
}

static RowDifference difference(const std::string& table, const std::string& column, const TableDigest& was,
                                const TableDigest& is) {
  const ColumnDigest& before = was.columns.at(column);
  const ColumnDigest& after = is.columns.at(column);
  return {.table = table,
          .column = column,
          .rows = was.rows,
          .values = before.values,
          .values_after = after.values,
          .differing = count_differing(before, after)};
}

static void compare(const std::string& table, const TableDigest& was, const TableDigest& is,
                    std::vector<RowDifference>& into) {
  // Where rows went, each of their values differs, and says nothing new.
  if (was.rows != is.rows) {
    into.push_back(difference(table, "", was, is));
    return;
  }
  bool told = false;
  for (const auto& [column, digest] : was.columns) {
    if (column.empty()) continue;
    const auto after = is.columns.find(column);
    // Without a key a value's hash is seeded with its row's: it would differ for each of the row's columns.
    const bool comparable = !was.key.empty() && was.key == is.key;
    if (after == is.columns.end()) continue;
    if (comparable ? after->second.sum == digest.sum : after->second.values == digest.values) continue;
    into.push_back(difference(table, column, was, is));
    if (!comparable) into.back().differing.reset();
    told = true;
  }
  const auto same_columns = [](const auto& one, const auto& other) { return one.first == other.first; };
  const bool whole =
      std::equal(was.columns.begin(), was.columns.end(), is.columns.begin(), is.columns.end(), same_columns);
  if (!told && whole && was.columns.at("").sum != is.columns.at("").sum)
    into.push_back(difference(table, "", was, is));
}

std::vector<RowDifference> compare(const RowDigests& before, const RowDigests& after) {
  std::vector<RowDifference> differences;
  for (const auto& [table, was] : before)
    if (const auto is = after.find(table); is != after.end()) compare(table, was, is->second, differences);
  // A partition's rows are those of the table that it is part of.
  const auto tells_of_whole = [&, all = differences](const RowDifference& one) {
    const std::string& whole = before.at(one.table).part_of;
    return std::any_of(all.begin(), all.end(), [&](const RowDifference& other) {
      return other.table == whole && other.column == one.column;
    });
  };
  std::erase_if(differences, tells_of_whole);
  return differences;
}

}  // namespace runner
