#pragma once

#include <string>

namespace runner {

/// A random UUID (version 4) in small letters. Throws: Error{environment} when the system has no random
/// numbers. Source: RFC 9562, section 5.4.
std::string random_uuid();

}  // namespace runner
