#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace runner {

/// Where a statement names what the server's message is about: the byte offset in `statement` of the first
/// quoted name of `message`, as in `column "amuont" does not exist`. For errors to which the server gives no
/// position. A guess by the tokens: only the place that is shown may depend on it.
std::optional<std::size_t> name_in_statement(std::string_view message, std::string_view statement);

}  // namespace runner
