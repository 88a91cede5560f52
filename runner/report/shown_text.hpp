#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace runner {

/// What may leave the program: valid UTF-8, no control characters but '\n' and '\t', no secret.
/// Every report and every line of the console goes through here.
std::string shown_text(std::string_view raw);

/// UTC as "2026-03-09T06:00:00Z".
std::string iso_time(std::chrono::system_clock::time_point time);

double seconds(std::chrono::nanoseconds duration);

}  // namespace runner
