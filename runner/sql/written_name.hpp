#pragma once

#include <string>
#include <string_view>

namespace runner {

/// A name as SQL writes it: in double quotes where PostgreSQL would read it otherwise, because of capitals,
/// other characters, or a keyword. For texts that people read and for SQL without a session at hand.
std::string written_name(std::string_view name);

/// A text as SQL writes it, whatever standard_conforming_strings says. A NUL byte must not be in it.
void append_literal(std::string_view text, std::string& sql);
std::string written_literal(std::string_view text);

}  // namespace runner
