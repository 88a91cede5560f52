#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// A text that matches a regular expression of PostgreSQL's, as they are written in checks: literals,
/// classes, \d \w \s, groups, alternatives, repetitions, anchors. Other numbers give other texts, as far as
/// the pattern has several. Nothing where it uses more than that, such as look-ahead and back references.
/// Source: PostgreSQL manual, "POSIX Regular Expressions".
std::optional<std::string> pattern_sample(std::string_view pattern, std::size_t number);

}  // namespace runner
