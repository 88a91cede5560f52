#include "runner/core/duration.hpp"
#include "runner/core/text.hpp"
#include "stages/lint/rules.hpp"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace runner::rules {

/// As PostgreSQL reads it: a number of milliseconds, or a number and a unit. Nothing for anything else.
static std::optional<double> milliseconds(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() &&
         (std::isdigit(static_cast<unsigned char>(text[digits])) || text[digits] == '.'))
    ++digits;
  if (digits == 0) return std::nullopt;
  const double number = std::strtod(std::string(text.substr(0, digits)).c_str(), nullptr);
  const std::string_view unit = trimmed(text.substr(digits));
  if (unit.empty() || unit == "ms") return number;
  if (unit == "us") return number / 1000;
  if (unit == "s") return number * 1000;
  if (unit == "min") return number * 60'000;
  if (unit == "h") return number * 3'600'000;
  if (unit == "d") return number * 86'400'000;
  return std::nullopt;
}

static Remarks check(const Setting& setting, const RuleContext& in) {
  const bool of_locks = setting.name == "lock_timeout";
  if (!of_locks && setting.name != "statement_timeout") return {};
  const std::size_t position = in.statement().offset;
  if (setting.kind != Setting::Kind::value)
    return {at(position, "{} goes back to the server's own, which may be none", setting.name)};
  const auto value = setting.values.empty() ? std::nullopt : milliseconds(setting.values.front());
  if (!value) return {};
  if (*value == 0) return {at(position, "{} 0 waits for ever", setting.name)};
  const auto cap = of_locks ? in.settings().max_lock_timeout : in.settings().max_statement_timeout;
  if (*value <= static_cast<double>(cap.count())) return {};
  return {
      at(position, "{} {} is above the cap of {}", setting.name, setting.values.front(), for_people(cap))};
}

const LintRule timeout_overridden{
    .name = "timeout-overridden",
    .section = RuleSection::locks,
    .summary =
        "SET lock_timeout or statement_timeout to nothing, or above the cap, takes away what keeps a "
        "migration from blocking the application",
    .remedy =
        "Leave the timeouts to the pipeline, or stay below the caps max_lock_timeout and "
        "max_statement_timeout of the step.",
    .bad = {.sql = R"(SET lock_timeout = 0;
)"},
    .good = {.sql = R"(SET LOCAL lock_timeout = '2s';
)"},
    .check = on<check>,
};

}  // namespace runner::rules
