#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace runner {

/// Parses "10ms", "5s", "10min", "2h": a whole number and a unit, as PostgreSQL's settings do.
/// Throws: Error{ExitCode::usage} naming the text, the units that exist, and overflow.
std::chrono::milliseconds parse_duration(std::string_view text);

struct DurationRange {
  std::chrono::milliseconds from{};
  std::chrono::milliseconds to{};
};
/// Parses "10ms..80ms", or one duration, which stands for both ends.
/// Throws: Error{ExitCode::usage}, also when the ends are the wrong way round.
DurationRange parse_duration_range(std::string_view text);

/// For people: "12 ms", "1.4 s", "3 min 20 s".
std::string for_people(std::chrono::nanoseconds duration);

}  // namespace runner
