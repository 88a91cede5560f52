#include "runner/report/text_column.hpp"

#include "runner/core/text.hpp"

#include <algorithm>

namespace runner {

std::size_t length_chars(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string fitted(std::string_view text, std::size_t width_chars) {
  std::string line(text);
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!plain) {
    line = clean_text(line);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  }
  const std::size_t length = plain ? line.size() : length_chars(line);
  if (length > width_chars) return line.substr(0, byte_offset(line, width_chars - 3 + 1)) + "...";
  return line.append(width_chars - length, ' ');
}

static std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows,
                                          const std::vector<Column>& columns, std::size_t width_chars) {
  std::vector<std::size_t> widths(columns.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], std::min(length_chars(row[i]), columns[i].most_chars));
  std::size_t others = 0;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!columns[i].gives_way && widths[i] > 0) others += widths[i] + 2;
  static constexpr std::size_t least = 4;  // "a..."
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].gives_way) widths[i] = std::min(widths[i], std::max(width_chars, others + least) - others);
  return widths;
}

std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows,
                                    const std::vector<Column>& columns, std::size_t width_chars) {
  const std::vector<std::size_t> widths = widths_of(rows, columns, width_chars);
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const auto& row : rows) {
    std::string& line = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      if (widths[i] > 0) line += fitted(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace runner
