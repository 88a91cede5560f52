#pragma once

#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/http/auth_api.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/session.hpp"
#include "stages/auth_users/auth_passwords.hpp"
#include "stages/auth_users/auth_users_file.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

inline constexpr std::array<std::string_view, 2> auth_backends{"sql", "admin-api"};
inline constexpr std::array<std::string_view, 2> auth_existing{"leave", "update"};

/// What is to be done, the same for both backends.
struct AuthSeedPlan {
  AuthUsersFile accounts{};
  std::vector<AuthPassword> passwords{};  ///< one for each of its users
  bool update_existing = false;           ///< else an account that exists stays as it is
};

enum class AccountState { created, updated, unchanged };
std::string_view to_string(AccountState state);

/// What became of one account.
struct AccountResult {
  std::string email{};
  AccountState state = AccountState::unchanged;
  bool linked = false;          ///< the application's row got the id now
  bool login_proven = false;    ///< by logging in; the SQL backend cannot
  Secret generated_password{};  ///< which the account has now, and nobody knows yet
};

/// Results so far: kept also when something throws, because they hold passwords that nobody knows yet.
using AccountResults = std::vector<AccountResult>;

/// "4 accounts: 2 created, 1 updated, 1 unchanged".
std::string summary_of(const AccountResults& results);

/// What the transaction's end needs.
struct AuthServices {
  const HistoryTable& history;
  const StopSignal& stop;
  Reporter& reporter;
};

/// Writes auth.users and auth.identities, in one transaction: all accounts or none. Passwords are hashed
/// here, so that none reaches the server or its log. Throws: Error{usage, environment, failed};
/// Error{unknown} when the connection breaks at COMMIT and nobody can be asked what came of it.
void seed_auth_by_sql(Session& session, const AuthSeedPlan& plan, AccountResults& results,
                      const AuthServices& use);

/// Asks Supabase Auth, one account after the other, and logs in to each whose password it has set.
/// `session` is the application's database; nullptr where the file has no link.
/// Throws: Error{usage, environment, failed}.
void seed_auth_by_api(Session* session, AuthApi& api, const AuthSeedPlan& plan, AccountResults& results);

/// Supabase Auth as the environment names it: SUPABASE_AUTH_URL, or SUPABASE_URL with /auth/v1 behind it;
/// SUPABASE_SERVICE_ROLE_KEY; SSL_CERT_FILE for a certificate of one's own. Throws: Error{usage}.
std::unique_ptr<AuthApi> auth_api_of_environment(bool allow_plain_http, const StopSignal& stop);

}  // namespace runner
