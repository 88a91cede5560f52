#include "runner/migration/row_table.hpp"

#include "runner/core/text.hpp"
#include "runner/migration/sql_excerpt.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::size_t widest_cell = 30;
static constexpr std::string_view separator = " | ";

static std::string one_line(std::string_view text) {
  std::string line = clean_text(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

/// Cut to `width` columns, with an ellipsis for what is gone.
static std::string cut(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::max(byte_offset(std::string_view(text).substr(at), 2), std::size_t{1});
    const std::string_view glyph = std::string_view(text).substr(at, next);
    if (display_width(shown) + display_width(glyph) + 1 > width) break;
    shown += glyph;
    at += next;
  }
  return shown + "…";
}

static std::string cell_text(const Cell& cell) {
  return cell ? cut(one_line(*cell), widest_cell) : "NULL";
}

static std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, display_width(text)), ' ');
}

using Line = std::vector<std::string>;

static std::vector<std::size_t> widths_of(const std::vector<Line>& lines, std::size_t columns) {
  std::vector<std::size_t> widths(columns, 0);
  for (const Line& line : lines)
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  return widths;
}

/// How many columns fit; the first always does.
static std::size_t columns_that_fit(const std::vector<std::size_t>& widths, std::size_t width) {
  std::size_t used = 0;
  std::size_t fits = 0;
  for (; fits < widths.size(); ++fits) {
    used += widths[fits] + (fits > 0 ? separator.size() : 0);
    if (used > width && fits > 0) break;
  }
  return fits;
}

static std::string joined(const Line& line, const std::vector<std::size_t>& widths, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    if (i > 0) text += separator;
    text += padded(line[i], widths[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string row_table(const Rows& rows, std::size_t limit, std::size_t width) {
  if (rows.columns.empty()) return {};
  std::vector<Line> lines(1);
  for (const std::string& column : rows.columns) lines[0].push_back(cut(one_line(column), widest_cell));
  for (std::size_t i = 0; i < std::min(limit, rows.rows.size()); ++i) {
    Line& line = lines.emplace_back();
    for (const Cell& cell : rows.rows[i]) line.push_back(cell_text(cell));
  }
  const std::vector<std::size_t> widths = widths_of(lines, rows.columns.size());
  const std::size_t columns = columns_that_fit(widths, width);
  std::string table;
  for (const Line& line : lines) {
    table += joined(line, widths, columns);
    if (&line != &lines.front()) continue;
    for (std::size_t i = 0; i < columns; ++i) table += (i > 0 ? "-+-" : "") + std::string(widths[i], '-');
    table += '\n';
  }
  if (columns < rows.columns.size())
    table += fmt::format("({} not shown)\n", count_of(rows.columns.size() - columns, "more column"));
  return table;
}

}  // namespace runner
