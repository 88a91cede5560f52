#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// Appends `bytes` to `out` in URL-safe base64 with padding.
/// Source: RFC 4648, section 5.
void append_base64url(std::string_view bytes, std::string& out);

/// Replaces `bytes` by what `text` holds. Strict: padding is wanted, whitespace and the letters '+' and '/'
/// of ordinary base64 are not, and the bits that padding leaves over are zero, so that a value has one form.
/// Returns the offset of the first character that is wrong, nothing when all is well.
std::optional<std::size_t> decode_base64url(std::string_view text, std::string& bytes);

}  // namespace runner
