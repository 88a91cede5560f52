#include "runner/core/duration.hpp"

#include "runner/core/error.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

#include <fmt/format.h>

namespace runner {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
static constexpr std::array<Unit, 5> units{
    {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

static Error not_a_duration(std::string_view text, std::string_view seen) {
  return Error{ExitCode::usage, fmt::format("'{}' is not a duration: {}", text, seen)}.hint(
      "write a whole number and one of ms, s, min, h, d, such as 500ms or 10min");
}

std::chrono::milliseconds parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range) throw not_a_duration(text, "the number is too large");
  if (problem != std::errc{} || number < 0) throw not_a_duration(text, "it does not start with a number");
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units)
    if (unit.name == name) {
      if (number > std::numeric_limits<std::int64_t>::max() / 1'000'000 / unit.milliseconds)
        throw not_a_duration(text, "the number is too large");
      return std::chrono::milliseconds(number * unit.milliseconds);
    }
  throw not_a_duration(text, name.empty() ? "it has no unit" : fmt::format("'{}' is no unit", name));
}

DurationRange parse_duration_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const auto both = parse_duration(text);
    return {both, both};
  }
  const DurationRange range{parse_duration(text.substr(0, dots)), parse_duration(text.substr(dots + 2))};
  if (range.from > range.to)
    throw Error{ExitCode::usage, fmt::format("the range '{}' ends before it starts", text)}.hint(
        fmt::format("write {}..{}", text.substr(dots + 2), text.substr(0, dots)));
  return range;
}

std::string for_people(std::chrono::nanoseconds duration) {
  using namespace std::chrono;
  const double seconds = duration_cast<std::chrono::duration<double>>(duration).count();
  // The limits are where the text would round up to the next unit.
  if (seconds < 0.001) return fmt::format("{:.1f} ms", seconds * 1000);
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds < 60 ? 60 : seconds);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace runner
