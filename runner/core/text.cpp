#include "runner/core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length in bytes of the valid UTF-8 sequence at `at`, or 0. Source: RFC 3629, section 4.
static std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogates
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

/// Bytes of a control string such as a window's title: up to BEL or ESC '\\'.
static std::size_t control_string_length(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 2; i < text.size(); ++i) {
    if (text[i] == '\a') return i + 1 - at;
    if (text[i] == '\n') return i - at;  // never ended: the next line is text again
    if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '\\') return i + 2 - at;
  }
  return text.size() - at;
}

/// Bytes of the escape sequence at `at`, which holds ESC. Source: ECMA-48, 5.3 to 5.6.
static std::size_t escape_length(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return 1;
  const char kind = text[at + 1];
  if (std::string_view("]P_^X").find(kind) != std::string_view::npos) return control_string_length(text, at);
  const auto within = [&](std::size_t i, char from, char to) {
    return i < text.size() && text[i] >= from && text[i] <= to;
  };
  std::size_t i = at + 1;
  if (kind == '[') {
    ++i;
    while (within(i, 0x20, 0x3F)) ++i;
    return (within(i, 0x40, 0x7E) ? i + 1 : i) - at;
  }
  while (within(i, 0x20, 0x2F)) ++i;
  return (within(i, 0x30, 0x7E) ? i + 1 : i) - at;
}

static bool is_clean(char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t';
}

std::string clean_text(std::string_view raw) {
  std::string clean;
  clean.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    // Nearly all texts are nothing else.
    const auto* const run = raw.data() + at;
    const auto* const end = std::find_if_not(run, raw.data() + raw.size(), is_clean);
    clean.append(run, end);
    at += static_cast<std::size_t>(end - run);
    if (at == raw.size()) break;
    const char c = raw[at];
    if (c == '\x1b') {
      at += escape_length(raw, at);
    } else if (c == '\r') {
      if (at + 1 >= raw.size() || raw[at + 1] != '\n') clean += '\n';
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      ++at;
    } else if (c == '\x7f') {
      ++at;
    } else if (c == '\xC2' && at + 1 < raw.size() && (raw[at + 1] & 0xE0) == 0x80) {
      at += 2;  // U+0080 to U+009F: terminals take some for the beginning of an escape sequence
    } else {
      const std::size_t length = sequence_length(raw, at);
      const std::string_view sequence = raw.substr(at, std::max<std::size_t>(length, 1));
      // U+FFFE and U+FFFF are characters of UTF-8, but not of XML.
      const bool not_xml = sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF";
      clean += length == 0 || not_xml ? replacement : sequence;
      at += sequence.size();
    }
  }
  return clean;
}

/// So many bytes from `at` on are surely ASCII; looked at eight at a time, because nearly all texts are.
static std::size_t ascii_length(std::string_view text, std::size_t at) {
  static constexpr std::uint64_t high_bits = 0x8080808080808080;
  const std::size_t begin = at;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & high_bits) != 0) break;
  }
  return at - begin;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = ascii_length(text, 0); at < text.size(); at += ascii_length(text, at)) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

static bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t byte_offset(std::string_view text, std::size_t position_chars) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (starts_character(text[at]) && ++seen >= position_chars) return at;
  return text.size();
}

Place place_at(std::string path, std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  std::size_t end = text.find('\n', offset);
  if (end == std::string_view::npos) end = text.size();
  if (end > start && text[end - 1] == '\r') --end;
  Place place;
  place.path = std::move(path);
  place.line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  place.column = static_cast<int>(std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start),
                                                before.end(), starts_character)) +
                 1;
  if (start == 0 && text.starts_with("\xEF\xBB\xBF") && offset >= 3) --place.column;  // editors hide the mark
  place.source_line = std::string(text.substr(start, std::max(end, start) - start));
  if (start == 0 && place.source_line.starts_with("\xEF\xBB\xBF")) place.source_line.erase(0, 3);
  return place;
}

std::string count_of(std::size_t n, std::string_view singular, std::string_view plural) {
  if (n == 1) return fmt::format("1 {}", singular);
  return plural.empty() ? fmt::format("{} {}s", n, singular) : fmt::format("{} {}", n, plural);
}

/// As the C locale has it.
static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text)
    encoded += unreserved.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

}  // namespace runner
