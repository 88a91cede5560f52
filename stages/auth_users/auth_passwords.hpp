#pragma once

#include "runner/core/secret.hpp"
#include "stages/auth_users/auth_users_file.hpp"

#include <vector>

namespace runner {

/// A password that an account may get.
struct AuthPassword {
  Secret text{};
  bool generated = false;  ///< nobody knows it unless it is shown
};

/// One for each user of the file, in its order: the environment's, else a generated one. All are registered
/// as secrets. `may_generate` is false where a generated one could not be shown. Throws: Error{usage} naming
/// every variable that is not set; for one that no account can have.
std::vector<AuthPassword> passwords_for(const AuthUsersFile& accounts, bool may_generate);

}  // namespace runner
