#pragma once

#include <span>
#include <string>
#include <string_view>

namespace runner {

/// The candidate that `word` was most likely meant to be (edit distance with transpositions, at most a
/// third of the word's length), or "" when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "did you mean 'x'?" style hint: "use 'migrate:check'" when one is near, else "use one of a, b, c".
std::string suggest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace runner
