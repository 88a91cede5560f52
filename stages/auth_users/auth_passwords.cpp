#include "stages/auth_users/auth_passwords.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/bcrypt.hpp"

#include <cstddef>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

/// What GoTrue itself wants at least, by default.
static constexpr std::size_t least_characters = 6;

static void check(const AuthUser& user, const Secret& password) {
  const auto refuse = [&](std::string why) {
    throw Error{ExitCode::usage,
                fmt::format("{}, the password of {}, {}", user.password_variable, user.email, why)}
        .at(user.place);
  };
  if (password.reveal().size() < least_characters)
    refuse(fmt::format("has fewer than {} characters", least_characters));
  if (password.reveal().size() > bcrypt_most_bytes)
    refuse(fmt::format("has more than the {} bytes that bcrypt looks at", bcrypt_most_bytes));
  if (find_invalid_utf8(password.reveal())) refuse("is not UTF-8");
}

static Secret from_environment(const AuthUser& user) {
  const char* value = user.password_variable.empty() ? nullptr : std::getenv(user.password_variable.c_str());
  if (value == nullptr || *value == '\0') return {};
  Secret password{std::string(value)};
  register_secret(password);
  check(user, password);
  return password;
}

std::vector<AuthPassword> passwords_for(const AuthUsersFile& accounts, bool may_generate) {
  std::vector<AuthPassword> passwords;
  std::vector<std::string> missing;
  for (const AuthUser& user : accounts.users) {
    AuthPassword password{from_environment(user)};
    if (password.text.empty() && user.generate_password && may_generate)
      password = {random_password(), true};
    else if (password.text.empty())
      missing.push_back(user.password_variable.empty() ? fmt::format("none is named for {}", user.email)
                                                       : user.password_variable);
    passwords.push_back(std::move(password));
  }
  if (missing.empty()) return passwords;
  Error error{ExitCode::usage, fmt::format("{} wants passwords that are not set: {}", accounts.shown_path,
                                           fmt::join(missing, ", "))};
  throw error.hint(may_generate
                       ? "set the variables, or write 'generate_password: true'"
                       : "name a 'password_variable' for each user and set it: a stage's log shows no "
                         "generated password; `runner seed auth-users` does");
}

}  // namespace runner
