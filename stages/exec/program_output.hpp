#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace runner {

/// The last `lines` lines of a program's output as they may be shown: cleaned, without secrets, each
/// ended by '\n'; a line says how many came before. Empty for empty output.
std::string last_lines(std::string_view output, std::size_t lines);

/// Registers what a program's environment holds and must not come back in its output: the values of
/// variables whose names speak of passwords, tokens, keys and secrets, and passwords within URLs.
void register_secrets_of(std::string_view name, std::string_view value);

}  // namespace runner
