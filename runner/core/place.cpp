#include "runner/core/place.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

namespace runner {

static constexpr std::size_t excerpt_width_chars = 76;

std::string Place::str() const {
  if (line <= 0) return path;
  if (column <= 0) return fmt::format("{}:{}", path, line);
  return fmt::format("{}:{}:{}", path, line, column);
}

/// Byte offset of the `n`-th character (from 0).
static std::size_t offset_of_char(std::string_view text, std::size_t n) {
  return byte_offset(text, n + 1);
}

static std::size_t length_chars(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string Place::excerpt() const {
  if (source_line.empty()) return {};
  std::string shown = source_line;
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  std::size_t caret = column > 0 ? static_cast<std::size_t>(column - 1) : 0;
  const std::size_t length = length_chars(shown);
  if (length > excerpt_width_chars) {
    const std::size_t half = excerpt_width_chars / 2;
    const std::size_t room = excerpt_width_chars - 6;  // an ellipsis on each side
    const std::size_t from = caret > half ? std::min(caret - half, length - room) : 0;
    const std::size_t to = std::min(length, from + room);
    const std::size_t from_byte = offset_of_char(shown, from);
    std::string cut = shown.substr(from_byte, offset_of_char(shown, to) - from_byte);
    if (to < length) cut += "...";
    if (from > 0) cut = "..." + cut;
    caret = caret - std::min(caret, from) + (from > 0 ? 3 : 0);
    shown = std::move(cut);
  }
  std::string lines = "  " + clean_text(shown) + '\n';
  if (column > 0) lines += "  " + std::string(caret, ' ') + "^\n";
  return lines;
}

}  // namespace runner
