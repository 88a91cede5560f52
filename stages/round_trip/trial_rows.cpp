#include "stages/round_trip/trial_rows.hpp"

#include "runner/core/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner {

/// Rows that the application writes later have other numbers than those that were there.
static constexpr std::size_t first_later_row = 1000;

TrialRows::TrialRows(Workplace& place, const std::vector<SqlFile>& ups, const std::vector<SqlFile>& downs,
                     std::size_t rows, const std::string& history_schema, TrialSeeds& seeds)
    : place_(place),
      rows_(rows),
      seeds_(seeds),
      history_schema_(history_schema),
      touched_(touched_tables(texts_of(ups), texts_of(downs), place.owner(), history_schema)),
      shapes_(read_row_shapes(place.admin(), touched_.before, history_schema)) {
  add_tables(touched_.before);
  for (const RowShapes* shapes : {&shapes_, &touched_.after})
    for (const auto& [number, table] : shapes->tables) add_tables({table.name});
}

bool TrialRows::add_tables(const std::vector<std::string>& names) {
  const std::size_t known = tables_.size();
  for (const std::string& name : names)
    if (std::find(tables_.begin(), tables_.end(), name) == tables_.end()) tables_.push_back(name);
  return tables_.size() > known;
}

void TrialRows::tell(const std::vector<FilledTable>& filled) {
  for (const FilledTable& table : filled) {
    if (table.had_rows) continue;
    Finding finding{.rule = "not-filled", .severity = Severity::info};
    if (table.inserted == 0)
      finding.message =
          fmt::format("table {} stayed empty, because no made-up row fits it: {}", table.name, table.problem);
    else if (table.without_triggers)
      finding.message = fmt::format("rows of {} were made up with its triggers off", table.name);
    else
      continue;
    findings_.push_back(std::move(finding));
  }
}

void TrialRows::load_seeds() {
  std::vector<std::string> there;
  for (const auto& [number, table] : shapes_.tables) there.push_back(table.name);
  Findings found = seeds_.load(there, place_);
  seeded_ = seeds_.loaded();
  if (!std::exchange(told_seeds_, true)) findings_ = std::move(found);
}

void TrialRows::make_up(RowStyle style) {
  if (rows_ == 0 || shapes_.tables.empty()) return;
  const bool plain = style == RowStyle::plain;
  const std::vector<FilledTable> filled = fill_rows(
      place_.admin(), shapes_, {.rows = rows_, .style = style, .also = plain ? &touched_.after : nullptr});
  for (const FilledTable& table : filled) inserted_ += table.inserted;
  if (!std::exchange(told_, true)) tell(filled);
}

void TrialRows::fill(Filling filling) {
  filling_ = filling;
  inserted_ = 0;
  seeded_ = false;
  if (filling == Filling::none) return;
  if (!shapes_.tables.empty()) load_seeds();
  if (filling == Filling::seeds) return;
  make_up(filling == Filling::plain ? RowStyle::plain : RowStyle::varied);
}

static std::string in_message(const std::string& quoted_name) {
  return quoted_name.starts_with('"') ? quoted_name : "\"" + quoted_name + "\"";
}

bool TrialRows::names_required_column(const std::string& message) const {
  for (const auto& [number, table] : touched_.after.tables) {
    const auto before = shapes_.tables.find(number);
    if (before == shapes_.tables.end()) continue;
    for (const ColumnShape& column : table.columns)
      if (column.not_null && before->second.column(column.number) == nullptr &&
          message.find("column " + in_message(column.name)) != std::string::npos)
        return true;
  }
  return false;
}

void TrialRows::write_as_application() {
  if (touched_.after.tables.empty())
    touched_.after = read_row_shapes(place_.admin(), tables_, history_schema_);
  for (const auto& [number, table] : touched_.after.tables) add_tables({table.name});
  if (rows_ == 0 || touched_.after.tables.empty()) return;
  fill_rows(place_.admin(), touched_.after,
            {.rows = rows_, .first_number = first_later_row, .only_empty = false});
}

namespace {

using Gone = std::map<TableColumn, std::string>;

/// What is found by its number was renamed, and isn't gone.
template <typename Digests>
bool has_number(const Digests& digests, const std::string& number) {
  return std::any_of(digests.begin(), digests.end(),
                     [&](const auto& one) { return one.second.number == number; });
}

void add_gone_columns(const std::string& name, const TableDigest& up, const TableDigest* before,
                      const TableDigest& after, Gone& into) {
  for (const auto& [column, digest] : up.columns) {
    if (column.empty() || digest.values == 0 || has_number(after.columns, digest.number)) continue;
    if (before != nullptr && before->columns.contains(column)) continue;  // told as a difference
    into[{name, column}] = fmt::format("{}.{}: {} of {} had a value", name, column, digest.values,
                                       count_of(static_cast<std::size_t>(up.rows), "row"));
  }
}

}  // namespace

Gone gone_with_rollback(const RowDigests& before, const RowDigests& up, const RowDigests& after) {
  Gone gone;
  for (const auto& [name, table] : up) {
    const auto was = before.find(name);
    const auto is = after.find(name);
    if (is != after.end())
      add_gone_columns(name, table, was == before.end() ? nullptr : &was->second, is->second, gone);
    else if (was == before.end() && table.rows > 0 && !has_number(after, table.number))
      gone[{name, ""}] = fmt::format("table {}: {} of {}", name, table.rows,
                                     count_of(static_cast<std::size_t>(table.rows), "row"));
  }
  // A partition's rows are those of the table that it is part of.
  std::erase_if(gone, [&, all = gone](const auto& one) {
    const auto& [table, column] = one.first;
    return all.contains({up.at(table).part_of, column});
  });
  return gone;
}

}  // namespace runner
