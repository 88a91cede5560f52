#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string>
#include <string_view>

namespace runner {

/// What the texts of a key look like, as an anchored regular expression.
struct TextPattern {
  std::string_view key{};
  std::string_view pattern{};
};

/// The keys of a file of accounts.
struct AuthUsersSchemaInput {
  struct Map {
    std::string_view help{};
    std::span<const OptionSpec> options{};
    std::span<const TextPattern> patterns{};
  };
  std::string_view help{};
  Map link{};
  Map users{};                             ///< each of the list
  std::span<const OptionSpec> metadata{};  ///< further keys of a user: any map
};

/// The JSON Schema (draft-07) of a file of accounts. That none is listed twice is left to the reader.
std::string auth_users_schema(const AuthUsersSchemaInput& input);

}  // namespace runner
