#pragma once

#include "runner/core/place.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// The application's own table of people, which gets each account's id.
struct AuthLink {
  std::string table{};         ///< "public.app_users", plain names only
  std::string email_column{};  ///< by which a person's row is found
  std::string id_column{};     ///< gets the id
};

/// One account as the file describes it.
struct AuthUser {
  std::string email{};              ///< lower case
  std::string id{};                 ///< a UUID; empty: any
  std::string password_variable{};  ///< environment variable with the password; empty: none
  bool generate_password = false;   ///< where the variable is not set, or none is named
  std::string user_metadata{"{}"};  ///< a JSON object
  std::string app_metadata{"{}"};   ///< a JSON object
  Place place{};
};

/// The accounts of a project, read from YAML. It never holds a password.
struct AuthUsersFile {
  std::string shown_path{};
  std::optional<AuthLink> link{};
  std::vector<AuthUser> users{};
};

/// Throws: Error{usage} with the place. Lines that could hold a password are not shown.
AuthUsersFile read_auth_users(const std::filesystem::path& path, const std::filesystem::path& root);
/// The same for a text. `shown_path` names it in messages.
AuthUsersFile parse_auth_users(std::string shown_path, std::string text);

}  // namespace runner
