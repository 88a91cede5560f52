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

}  // namespace runner
