#include "runner/migration/remedy.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

#include <fmt/format.h>

namespace runner {

static bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
}

static bool unprintable(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || static_cast<unsigned char>(c) >= 0x80;
}

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  // printf is in every shell; $'…' is not in dash.
  const bool needs_printf = std::any_of(text.begin(), text.end(), unprintable);
  std::string word = needs_printf ? "\"$(printf '" : "'";
  for (const char c : text) {
    if (c == '\'')
      word += needs_printf ? "\\047" : "'\\''";
    else if (needs_printf && c == '\\')
      word += "\\\\";
    else if (needs_printf && c == '%')
      word += "%%";
    else if (unprintable(c))
      word += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    else
      word += c;
  }
  return word + (needs_printf ? "')\"" : "'");
}

std::string move_command(std::string_view from, std::string_view to) {
  return fmt::format("git mv {} {}", shell_word(from), shell_word(to));
}

/// One second after "20260309060059"; nothing when it is no such time.
static std::optional<std::string> one_second_later(std::string_view version) {
  if (version.size() != 14) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : version.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  std::tm time{};
  time.tm_year = number(0, 4) - 1900;
  time.tm_mon = number(4, 2) - 1;
  time.tm_mday = number(6, 2);
  time.tm_hour = number(8, 2);
  time.tm_min = number(10, 2);
  time.tm_sec = number(12, 2);
  if (time.tm_mon > 11 || time.tm_mday < 1 || time.tm_mday > 31 || time.tm_hour > 23 || time.tm_min > 59 ||
      time.tm_sec > 59 || time.tm_mon < 0 || time.tm_year < 70 || time.tm_year > 7000)
    return std::nullopt;
  const std::time_t next = ::timegm(&time) + 1;
  std::tm later{};
  ::gmtime_r(&next, &later);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", later.tm_year + 1900, later.tm_mon + 1, later.tm_mday,
                     later.tm_hour, later.tm_min, later.tm_sec);
}

std::string next_version(std::string_view newest) {
  if (newest.empty()) return "1";
  if (const auto later = one_second_later(newest); later && *later > newest) return *later;
  std::string next(newest);
  for (std::size_t i = next.size(); i-- > 0;) {
    if (next[i] != '9') {
      ++next[i];
      return next;
    }
    next[i] = '0';
  }
  return std::string(newest) + "1";  // only nines: a longer string is the only greater one
}

}  // namespace runner
