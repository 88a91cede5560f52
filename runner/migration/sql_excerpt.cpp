#include "runner/migration/sql_excerpt.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr int lines_before = 3;
static constexpr int lines_after = 2;
static constexpr int lines_without_mark = 5;
static constexpr std::string_view tab = "    ";
static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// One character as a terminal shows it.
struct Glyph {
  std::string bytes{};
  std::size_t width = 1;
};

struct CodeRange {
  std::uint32_t from;
  std::uint32_t to;
};
/// Source: Unicode Standard Annex #11, East Asian Width (W and F), and emoji; the blocks, not each character.
static constexpr std::array<CodeRange, 9> wide{{{0x1100, 0x115F},
                                                {0x2E80, 0xA4CF},
                                                {0xAC00, 0xD7A3},
                                                {0xF900, 0xFAFF},
                                                {0xFE30, 0xFE6F},
                                                {0xFF00, 0xFF60},
                                                {0xFFE0, 0xFFE6},
                                                {0x1F300, 0x1FAFF},
                                                {0x20000, 0x3FFFD}}};
static constexpr std::array<CodeRange, 3> combining{{{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}}};

static std::size_t width_of(std::uint32_t code) {
  const auto holds = [code](const CodeRange& range) { return range.from <= code && code <= range.to; };
  if (std::any_of(combining.begin(), combining.end(), holds)) return 0;
  return std::any_of(wide.begin(), wide.end(), holds) ? 2 : 1;
}

/// `text` is valid UTF-8.
static std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
      code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    glyphs.push_back({std::string(text.substr(at, length)), width_of(code)});
    at += length;
  }
  return glyphs;
}

static std::size_t width_of(const std::vector<Glyph>& glyphs, std::size_t from, std::size_t to) {
  std::size_t width = 0;
  for (std::size_t i = from; i < std::min(to, glyphs.size()); ++i) width += glyphs[i].width;
  return width;
}

std::size_t display_width(std::string_view utf8) {
  const auto glyphs = glyphs_of(clean_text(utf8));
  return width_of(glyphs, 0, glyphs.size());
}

static std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : clean_text(text)) {
    if (c == '\t')
      shown += tab;
    else
      shown += c;
  }
  return shown;
}

struct ShownLine {
  std::string text{};
  std::size_t caret = 0;  ///< columns before it
};

/// Cuts a line to `width` columns so that the glyph `at` stays in view.
static ShownLine fitted(const std::vector<Glyph>& glyphs, std::size_t at, std::size_t width) {
  std::size_t from = 0;
  std::size_t to = glyphs.size();
  const std::size_t room = width - 2;  // an ellipsis on each side
  if (width_of(glyphs, 0, to) > width) {
    while (width_of(glyphs, from, at) > room * 2 / 3) ++from;
    while (width_of(glyphs, from, to) > room) --to;
  }
  ShownLine line;
  if (from > 0) line.text += "…";
  for (std::size_t i = from; i < to; ++i) line.text += glyphs[i].bytes;
  if (to < glyphs.size()) line.text += "…";
  line.caret = (from > 0 ? 1 : 0) + width_of(glyphs, from, at);
  return line;
}

namespace {
/// The lines of a text, found by walking from a known place.
struct Lines {
  std::string_view sql;
  std::size_t start_of(std::size_t offset) const {
    const std::size_t newline = offset == 0 ? std::string_view::npos : sql.rfind('\n', offset - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
  }
  std::size_t end_of(std::size_t offset) const { return std::min(sql.find('\n', offset), sql.size()); }
  int number_of(std::size_t offset) const {
    return 1 +
           static_cast<int>(std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  }
};

class Writer {
 public:
  Writer(std::string_view sql, int last_number, std::size_t width)
      : lines_{sql}, digits_(fmt::format("{}", last_number).size()), width_(width) {}

  void line(std::size_t start, int number, std::optional<std::size_t> mark) {
    if (start == 0 && lines_.sql.starts_with(byte_order_mark)) start = byte_order_mark.size();
    std::string_view text = lines_.sql.substr(start, lines_.end_of(start) - start);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const auto glyphs = glyphs_of(printable(text));
    const std::size_t before = mark ? std::max(*mark, start) - start : 0;
    const std::size_t at = glyphs_of(printable(text.substr(0, before))).size();
    const ShownLine shown = fitted(glyphs, at, width_ - digits_ - 3);
    result += fmt::format("{:>{}} | {}", number, digits_, shown.text);
    while (result.back() == ' ') result.pop_back();
    result += '\n';
    if (mark) result += fmt::format("{:>{}} | {:>{}}\n", "", digits_, "^", shown.caret + 1);
  }
  void gap() { result += fmt::format("{:>{}} …\n", "", digits_); }

  std::string result{};

 private:
  Lines lines_;
  std::size_t digits_;
  std::size_t width_;
};
}  // namespace

std::string sql_excerpt(std::string_view sql, const ExcerptRange& range, std::size_t width) {
  const Lines lines{sql};
  const std::size_t to = std::min(range.to, sql.size());
  const std::size_t from = std::min(range.from, to);
  const int first = lines.number_of(from);
  const int last = std::max(first, lines.number_of(to > from ? to - 1 : to));
  const int marked = range.mark ? lines.number_of(std::min(*range.mark, sql.size())) : first;
  const int shown_from = range.mark ? std::max(first, marked - lines_before) : first;
  const int shown_to =
      std::max(marked, std::min(last, range.mark ? marked + lines_after : first + lines_without_mark - 1));
  Writer writer(sql, shown_to, width);
  std::size_t start = lines.start_of(from);
  int number = first;
  const auto next = [&] {
    start = std::min(lines.end_of(start) + 1, sql.size());
    ++number;
  };
  if (shown_from > first) {
    writer.line(start, number, std::nullopt);
    if (shown_from > first + 1) writer.gap();
    while (number < shown_from) next();
  }
  while (number <= shown_to) {
    writer.line(start, number, range.mark && number == marked ? range.mark : std::nullopt);
    next();
  }
  return writer.result;
}

}  // namespace runner
