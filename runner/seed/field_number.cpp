#include "runner/seed/field_number.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace runner {

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits in groups, with commas, points, apostrophes, underscores or spaces between them.
static bool looks_grouped(std::string_view text) {
  const auto separators = std::count_if(text.begin(), text.end(), [](char c) {
    return c == ',' || c == '.' || c == '\'' || c == '_' || c == ' ' || c == '\xA0';
  });
  const bool rest_are_digits = std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || std::string_view(",.'_ +-\xC2\xA0").find(c) != std::string_view::npos;
  });
  return separators > 0 && rest_are_digits && std::any_of(text.begin(), text.end(), is_digit);
}

std::optional<std::string> problem_of_number(std::string_view text, std::optional<int> decimals) {
  std::string_view rest = text;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
  rest.remove_prefix(digits);
  std::size_t behind = 0;
  if (digits > 0 && rest.starts_with('.')) {
    rest.remove_prefix(1);
    behind = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
    rest.remove_prefix(behind);
    if (behind == 0) return "ends with a point";
  }
  if (digits == 0 || !rest.empty())
    return looks_grouped(text) ? "has thousands separators or a decimal comma" : "is no number";
  if (decimals && behind > static_cast<std::size_t>(*decimals))
    return fmt::format("has {} digits behind the point, and {} are allowed", behind, *decimals);
  return std::nullopt;
}

}  // namespace runner
