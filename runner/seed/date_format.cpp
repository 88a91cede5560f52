#include "runner/seed/date_format.hpp"

#include "runner/core/error.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view advice = "write YYYY, MM and DD with what stands between them: DD/MM/YYYY";

DateFormat::DateFormat(std::string_view pattern) : pattern_(pattern) {
  static const std::array<std::pair<std::string_view, Part>, 5> known{{
      {"YYYY", {'Y', 4, 4, {}}},
      {"MM", {'M', 2, 2, {}}},
      {"DD", {'D', 2, 2, {}}},
      {"M", {'M', 1, 2, {}}},
      {"D", {'D', 1, 2, {}}},
  }};
  std::string seen;
  while (!pattern.empty()) {
    Part part{'\0', 0, 0, std::string(pattern.substr(0, 1))};
    std::size_t length = 1;
    for (const auto& [word, meaning] : known)
      if (part.what == '\0' && pattern.starts_with(word)) {
        part = meaning;
        length = word.size();
      }
    const char c = pattern.front();
    if (part.what == '\0' && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
      throw Error{ExitCode::usage, fmt::format("date format '{}': '{}' means nothing", pattern_, c)}.hint(
          std::string(advice));
    if (part.what != '\0') seen += part.what;
    parts_.push_back(std::move(part));
    pattern.remove_prefix(length);
  }
  for (const char wanted : {'Y', 'M', 'D'})
    if (seen.size() != 3 || seen.find(wanted) == std::string::npos)
      throw Error{ExitCode::usage,
                  fmt::format("date format '{}' does not hold year, month and day once each", pattern_)}
          .hint(std::string(advice));
}

std::optional<std::chrono::sys_days> DateFormat::parse(std::string_view text) const {
  int year = 0, month = 0, day = 0;
  for (const Part& part : parts_) {
    if (part.what == '\0') {
      if (!text.starts_with(part.literal)) return std::nullopt;
      text.remove_prefix(part.literal.size());
      continue;
    }
    int value = 0, digits = 0;
    for (; digits < part.most && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
      value = value * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
    if (digits < part.least) return std::nullopt;
    (part.what == 'Y' ? year : part.what == 'M' ? month : day) = value;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // PostgreSQL knows no year zero.
  if (!text.empty() || year == 0 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::string iso_date(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace runner
