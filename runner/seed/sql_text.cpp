#include "runner/seed/sql_text.hpp"

#include "runner/core/text.hpp"
#include "runner/sql/written_name.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::size_t rows_per_insert = 500;
static constexpr std::size_t flush_at_bytes = 512 << 10;

static std::vector<std::string> written_names(const std::vector<std::string>& names) {
  std::vector<std::string> written;
  for (const std::string& name : names) written.push_back(written_name(name));
  return written;
}

std::string insert_head(const Dataset& dataset) {
  std::vector<std::string> names;
  for (const DatasetColumn& column : dataset.columns) names.push_back(written_name(column.name));
  return fmt::format("INSERT INTO {} ({})", dataset.table.written(), fmt::join(names, ", "));
}

std::string conflict_clause(const Dataset& dataset) {
  if (dataset.on_conflict == OnConflict::error) return {};
  const std::string target = fmt::format(" ON CONFLICT ({})", fmt::join(written_names(dataset.key), ", "));
  std::vector<std::string> changes;
  for (const DatasetColumn& column : dataset.columns)
    if (std::find(dataset.key.begin(), dataset.key.end(), column.name) == dataset.key.end())
      changes.push_back(fmt::format("{0} = EXCLUDED.{0}", written_name(column.name)));
  if (dataset.on_conflict == OnConflict::skip || changes.empty()) return target + " DO NOTHING";
  return fmt::format("{} DO UPDATE SET {}", target, fmt::join(changes, ", "));
}

static bool is_plain(std::string_view text) {
  return text.find('\'') == std::string_view::npos && text.find('\\') == std::string_view::npos;
}

/// Ciphertexts are base64, and what a map or a constant gives is written in the dataset.
static bool is_always_plain(const DatasetColumn& column) {
  if (column.encrypt) return true;
  if (column.constant) return is_plain(*column.constant);
  return !column.map.empty() && is_plain(column.otherwise.value_or("")) &&
         std::all_of(column.map.begin(), column.map.end(),
                     [](const auto& pair) { return is_plain(pair.second); });
}

SqlText::SqlText(const Dataset& dataset, Sink write)
    : dataset_(dataset), write_(std::move(write)), head_(insert_head(dataset) + " VALUES\n") {
  tail_ = conflict_clause(dataset);
  if (!tail_.empty()) tail_ = "\n " + tail_;
  for (const DatasetColumn& column : dataset.columns) {
    plain_.push_back(is_always_plain(column));
    std::vector<std::string>& parts = lookups_.emplace_back();
    if (!column.lookup) continue;
    const Lookup& lookup = *column.lookup;
    for (const std::string& key : lookup.key)
      parts.push_back(parts.empty() ? fmt::format("(SELECT {} FROM {} WHERE {} = ", written_name(lookup.id),
                                                  lookup.table.written(), written_name(key))
                                    : fmt::format(" AND {} = ", written_name(key)));
  }
}

/// One line, whatever was in it: a comment ends where the line ends.
static std::string comment_line(std::string_view text) {
  std::string line = clean_text(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return "-- " + line + "\n";
}

void SqlText::begin() {
  text_ += comment_line(fmt::format("{}: {} from {}, made by `runner seed`.", dataset_.name,
                                    dataset_.table.shown(), dataset_.shown_csv));
  text_ += comment_line("All or nothing: psql --single-transaction --set ON_ERROR_STOP=1 --file FILE");
  text_ += "SET client_encoding = 'UTF8';\n\n";
}

void SqlText::begin_insert() {
  if (rows_in_insert_++ == 0) {
    text_ += head_;
  } else {
    text_ += ",\n";
  }
  text_ += "  (";
}

void SqlText::end_insert() {
  if (rows_in_insert_ == 0) return;
  text_ += tail_;
  text_ += ";\n\n";
  rows_in_insert_ = 0;
}

void SqlText::add_literal(const Value& value, bool plain) {
  if (!plain) return append_literal(value.text(), text_);
  text_ += '\'';
  text_ += value.text();
  text_ += '\'';
}

void SqlText::add_lookup(const DatasetColumn& column, const RowBatch& batch, std::size_t row,
                         std::size_t slot) {
  if (batch.at(row, slot).is_null()) {
    text_ += "NULL";
    return;
  }
  const std::vector<std::string>& parts =
      lookups_[static_cast<std::size_t>(&column - dataset_.columns.data())];
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text_ += parts[i];
    append_literal(batch.at(row, slot + i).text(), text_);
  }
  text_ += ')';
}

void SqlText::add(const RowBatch& batch) {
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    begin_insert();
    std::size_t slot = 0;
    for (const DatasetColumn& column : dataset_.columns) {
      if (slot > 0) text_ += ", ";
      const Value& value = batch.at(row, slot);
      if (column.lookup) {
        add_lookup(column, batch, row, slot);
        slot += column.from.size();
        continue;
      }
      ++slot;
      if (value.is_null())
        text_ += "NULL";
      else
        add_literal(value, plain_[static_cast<std::size_t>(&column - dataset_.columns.data())]);
    }
    text_ += ')';
    // An update is one statement whatever its size: PostgreSQL then finds a key that the file has twice.
    if (rows_in_insert_ == rows_per_insert && dataset_.on_conflict != OnConflict::update) end_insert();
    flush_when_large();
  }
}

void SqlText::flush_when_large() {
  if (text_.size() < flush_at_bytes) return;
  write_(text_);
  text_.clear();
}

void SqlText::finish(const RowCounts& counts) {
  end_insert();
  text_ += comment_line(fmt::format("{}: {} written, {} skipped", dataset_.name, count_of(counts.made, "row"),
                                    counts.skipped_rows()));
  for (const auto& [reason, rows] : counts.skipped)
    if (rows > 0) text_ += comment_line(fmt::format("  {} skipped: {}", rows, reason));
  write_(text_);
  text_.clear();
}

}  // namespace runner
