#pragma once

#include "runner/core/place.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// Valid UTF-8 without control characters except '\n' and '\t': what XML 1.0 and terminals can take.
/// Each bad byte becomes U+FFFD; ESC sequences (colours) are removed whole; "\r\n" becomes "\n".
std::string clean_text(std::string_view raw);

/// The byte offset of the first byte that is not valid UTF-8, if any.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// The byte offset of the `position`-th character (from 1), as PostgreSQL counts; the text's size when
/// beyond.
std::size_t byte_offset(std::string_view text, std::size_t position_chars);

/// The place of byte `offset` in `text`: line, column in characters, and the source line.
Place place_at(std::string path, std::string_view text, std::size_t offset);

/// "1 migration", "8 migrations".
std::string count_of(std::size_t n, std::string_view singular, std::string_view plural = {});

std::string_view trimmed(std::string_view text);

/// For a URL: everything but letters, digits and -._~ as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace runner
