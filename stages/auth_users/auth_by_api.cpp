#include "stages/auth_users/auth_link.hpp"
#include "stages/auth_users/auth_seeding.hpp"

#include "runner/core/error.hpp"
#include "runner/crypto/random_uuid.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace runner {

static AuthAccount account_of(const AuthUser& user) {
  return {.id = user.id.empty() ? random_uuid() : user.id,
          .email = user.email,
          .user_metadata = user.user_metadata,
          .app_metadata = user.app_metadata};
}

/// Makes or changes the account and notes what became of it. Returns its id.
static std::string brought_about(AuthApi& api, const AuthUser& user, const AuthPassword& password,
                                 bool update_existing, AccountResult& result) {
  AuthAccount account = account_of(user);
  account.password = password.text;
  if (const std::optional<std::string> id = api.create(account)) {
    result.state = AccountState::created;
    if (password.generated) result.generated_password = password.text;
    return *id;
  }
  const std::optional<std::string> existing = api.find(user.email);
  if (!existing)
    throw Error{ExitCode::environment,
                fmt::format("Supabase Auth says that {} exists, and does not list it", user.email)};
  if (!update_existing) return *existing;
  if (password.generated) account.password = Secret();  // the one that it has stays
  api.update(*existing, account);
  result.state = AccountState::updated;
  return *existing;
}

void seed_auth_by_api(Session* session, AuthApi& api, const AuthSeedPlan& plan, AccountResults& results) {
  if (plan.accounts.link && session == nullptr)
    throw Error{ExitCode::usage, "accounts are to be linked, and no database is named"}.hint(
        "set DATABASE_URL");
  if (session != nullptr) check_link_rows(*session, plan.accounts);
  for (std::size_t i = 0; i < plan.accounts.users.size(); ++i) {
    const AuthUser& user = plan.accounts.users[i];
    const AuthPassword& password = plan.passwords[i];
    AccountResult& result = results.emplace_back(AccountResult{.email = user.email});
    const std::string id = brought_about(api, user, password, plan.update_existing, result);
    if (session != nullptr) result.linked = link_account(*session, plan.accounts, user.email, id);
    const bool has_it = result.state == AccountState::created ||
                        (result.state == AccountState::updated && !password.generated);
    if (!has_it) continue;
    api.prove_login(user.email, password.text);
    result.login_proven = true;
  }
}

}  // namespace runner
