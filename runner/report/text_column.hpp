#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace runner {

inline constexpr std::size_t table_width_chars = 80;

std::size_t length_chars(std::string_view text);

/// One line, cut (with "...") or filled up to `width_chars`; control characters become spaces.
std::string fitted(std::string_view text, std::size_t width_chars);

}  // namespace runner
