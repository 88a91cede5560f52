#pragma once

#include <string>
#include <string_view>

namespace runner {

/// A word for a POSIX shell: quoted only where it has to be, bytes that are not printable as \ooo.
std::string shell_word(std::string_view text);

/// "git mv old new", with shell words.
std::string move_command(std::string_view from, std::string_view to);

/// The next version after `newest`, greater as a string: a timestamp of 14 digits becomes one second
/// later, another number is counted up in its width. "" gives "1".
std::string next_version(std::string_view newest);

}  // namespace runner
