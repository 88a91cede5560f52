#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

// The keys of a file of accounts, from which its reader's checks and the JSON Schema are made.
std::vector<std::string_view> auth_top_keys();
std::vector<std::string_view> auth_link_keys();
std::vector<std::string_view> auth_user_keys();

/// Regular expressions, each for the whole of a text.
namespace auth_pattern {
inline constexpr std::string_view table = R"(^([A-Za-z_]\w*\.)?[A-Za-z_]\w*$)";
inline constexpr std::string_view column = R"(^[A-Za-z_]\w*$)";
inline constexpr std::string_view variable = "^[A-Z_][A-Z0-9_]*$";
inline constexpr std::string_view uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
inline constexpr std::string_view address = R"(^[^@\sA-Z]+@[^@\sA-Z]+$)";
}  // namespace auth_pattern

/// The JSON Schema of a file of accounts.
std::string auth_users_file_schema();

}  // namespace runner
