#pragma once

#include <string>
#include <string_view>

namespace runner {

/// The SHA-256 digest of `data` as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view data);

}  // namespace runner
