#include "runner/crypto/base64url.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace runner {

static constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static constexpr std::uint8_t no_letter = 64;

/// Two letters for each 12 bits: half the look-ups of one letter for each 6.
static constexpr auto pairs = [] {
  std::array<std::array<char, 2>, 4096> table{};
  for (std::size_t bits = 0; bits < table.size(); ++bits)
    table[bits] = {letters[bits >> 6], letters[bits & 63]};
  return table;
}();

static constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_letter);
  for (std::size_t i = 0; i < letters.size(); ++i)
    table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

static std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

static char* put_pair(char* to, std::uint32_t bits) {
  std::memcpy(to, pairs[bits].data(), 2);  // one store: the compiler makes two of two characters
  return to + 2;
}

void append_base64url(std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data() + before;
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
    to = put_pair(put_pair(to, group >> 12), group & 0xFFF);
  }
  if (bytes.size() - at == 1) {
    put_pair(to, byte_at(bytes, at) << 4);
  } else if (bytes.size() - at == 2) {
    const std::uint32_t rest = byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8;
    to = put_pair(to, rest >> 12);
    *to = letters[rest >> 6 & 63];
  }
}

static std::uint8_t value_of(char c) {
  return values[static_cast<unsigned char>(c)];
}

static std::optional<std::size_t> first_stranger(std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); ++i)
    if (value_of(digits[i]) == no_letter) return i;
  return std::nullopt;
}

std::optional<std::size_t> decode_base64url(std::string_view text, std::string& bytes) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  if (const auto stranger = first_stranger(digits)) return stranger;
  if (text.size() % 4 != 0) return text.size();
  bytes.clear();
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    bits = bits << 6 | value_of(c);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  if ((bits & ((1U << count) - 1)) != 0) return digits.size() - 1;
  return std::nullopt;
}

}  // namespace runner
