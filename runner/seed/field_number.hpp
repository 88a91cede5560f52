#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// What keeps a text from being a number, as a clause: "has thousands separators". Nothing when it is one:
/// digits with an optional sign and an optional point, `decimals` of them behind it at most.
std::optional<std::string> problem_of_number(std::string_view text, std::optional<int> decimals);

}  // namespace runner
