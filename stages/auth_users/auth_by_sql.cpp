#include "stages/auth_users/auth_link.hpp"
#include "stages/auth_users/auth_seeding.hpp"

#include "runner/core/error.hpp"
#include "runner/crypto/bcrypt.hpp"
#include "runner/migration/commit_in_doubt.hpp"
#include "runner/migration/rollback_guard.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

/// What the statements below write, and a GoTrue of 2023 or later has.
static constexpr std::string_view find_missing = R"(
  SELECT format('auth.%I.%I', wanted.t, wanted.c)
    FROM (VALUES ('users', 'reauthentication_token'), ('users', 'email_change_token_current'),
                 ('users', 'is_sso_user'), ('users', 'phone_change_token'), ('identities', 'provider_id'),
                 ('identities', 'identity_data'), ('sessions', 'user_id')) AS wanted (t, c)
   WHERE NOT EXISTS (SELECT FROM pg_attribute
                      WHERE attrelid = to_regclass('auth.' || wanted.t) AND attname = wanted.c
                        AND NOT attisdropped))";

static constexpr std::string_view find_account = R"(
  SELECT id::text, encrypted_password FROM auth.users
   WHERE email = $1 AND NOT is_sso_user
     FOR UPDATE)";

/// '' and not NULL in the columns of tokens: GoTrue reads them into texts, and no login works otherwise.
static constexpr std::string_view insert_account = R"(
  INSERT INTO auth.users
    (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
     raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
     confirmation_token, recovery_token, email_change, email_change_token_new, email_change_token_current,
     phone_change, phone_change_token, reauthentication_token)
  VALUES
    ('00000000-0000-0000-0000-000000000000', coalesce($1::uuid, gen_random_uuid()), 'authenticated',
     'authenticated', $2, $3, now(),
     '{"provider": "email", "providers": ["email"]}'::jsonb || $4::jsonb,
     '{"email_verified": true}'::jsonb || $5::jsonb, now(), now(),
     '', '', '', '', '', '', '', '')
  RETURNING id::text)";

static constexpr std::string_view update_account = R"(
  UPDATE auth.users
     SET encrypted_password = coalesce($2, encrypted_password),
         email_confirmed_at = coalesce(email_confirmed_at, now()),
         raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || $3::jsonb,
         raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || $4::jsonb,
         confirmation_token = coalesce(confirmation_token, ''),
         recovery_token = coalesce(recovery_token, ''),
         email_change = coalesce(email_change, ''),
         email_change_token_new = coalesce(email_change_token_new, ''),
         email_change_token_current = coalesce(email_change_token_current, ''),
         phone_change = coalesce(phone_change, ''),
         phone_change_token = coalesce(phone_change_token, ''),
         reauthentication_token = coalesce(reauthentication_token, ''),
         updated_at = now()
   WHERE id = $1::uuid)";

/// As GoTrue does when an administrator sets a password: who is logged in has to do so again.
static constexpr std::string_view end_sessions = "DELETE FROM auth.sessions WHERE user_id = $1::uuid";

/// An account without one can log in, but cannot be linked with other ways to do so.
static constexpr std::string_view add_identity = R"(
  INSERT INTO auth.identities
    (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
  VALUES ($1::text, $1::text::uuid,
          jsonb_build_object('sub', $1::text, 'email', $2::text, 'email_verified', true, 'phone_verified', false),
          'email', now(), now(), now())
  ON CONFLICT (provider_id, provider) DO NOTHING
  RETURNING provider)";

namespace {

class SqlBackend {
 public:
  SqlBackend(Session& session, const AuthSeedPlan& plan) : session_(session), plan_(plan) {}

  void check() const;
  AccountResult bring_about(const AuthUser& user, const AuthPassword& password);
  /// Which table it wrote, of several the first; empty where nothing had to be written.
  const std::string& written_table() const { return written_table_; }

 private:
  Rows run(std::string_view sql, const AuthUser& user, const std::vector<Cell>& parameters);
  std::string create(const AuthUser& user, const AuthPassword& password);
  void update(const std::string& id, const Cell& hash, const AuthUser& user, const AuthPassword& password);
  void wrote(const std::string& table) {
    if (written_table_.empty()) written_table_ = table;
  }

  Session& session_;
  const AuthSeedPlan& plan_;
  std::string written_table_{};
};

}  // namespace

void SqlBackend::check() const {
  std::vector<std::string> missing;
  for (const auto& row : session_.query(find_missing, "look at the schema auth").rows)
    missing.push_back(row[0].value_or(""));
  if (!missing.empty())
    throw Error{ExitCode::environment,
                fmt::format("{} has no {}", session_.url().describe(), fmt::join(missing, ", "))}
        .because("Supabase Auth has not been set up there, or is older than 2023")
        .hint("start Supabase Auth on this database once: it makes its tables");
}

/// DETAIL is not told: it may hold the row.
Rows SqlBackend::run(std::string_view sql, const AuthUser& user, const std::vector<Cell>& parameters) {
  StatementResult result = session_.execute(sql, parameters);
  if (!result.error) return std::move(result.rows);
  static constexpr std::string_view insufficient_privilege = "42501";
  const bool may_not = result.error->sqlstate == insufficient_privilege;
  Error error{may_not || result.connection_lost ? ExitCode::environment : ExitCode::failed,
              fmt::format("cannot write the account {}", user.email)};
  error.because(fmt::format("{} (SQLSTATE {})", result.error->message, result.error->sqlstate));
  if (may_not) error.hint("connect as a role that may write the schema auth, or use --via admin-api");
  throw error;
}

std::string SqlBackend::create(const AuthUser& user, const AuthPassword& password) {
  const std::vector<Cell> parameters{user.id.empty() ? Cell() : Cell(user.id), user.email,
                                     bcrypt_hash(password.text), user.app_metadata, user.user_metadata};
  return run(insert_account, user, parameters).rows.at(0).at(0).value_or("");
}

void SqlBackend::update(const std::string& id, const Cell& hash, const AuthUser& user,
                        const AuthPassword& password) {
  const bool stays = password.generated || bcrypt_matches(password.text, hash.value_or(""));
  run(update_account, user,
      {id, stays ? Cell() : Cell(bcrypt_hash(password.text)), user.app_metadata, user.user_metadata});
  if (!stays) run(end_sessions, user, {id});
}

AccountResult SqlBackend::bring_about(const AuthUser& user, const AuthPassword& password) {
  AccountResult result{.email = user.email};
  const Rows existing = run(find_account, user, {user.email});
  std::string id;
  if (existing.rows.empty()) {
    id = create(user, password);
    result.state = AccountState::created;
    if (password.generated) result.generated_password = password.text;
  } else {
    id = existing.rows[0][0].value_or("");
    if (plan_.update_existing) {
      update(id, existing.rows[0][1], user, password);
      result.state = AccountState::updated;
    }
  }
  if (result.state != AccountState::unchanged) wrote("auth.users");
  if (!run(add_identity, user, {id, user.email}).rows.empty()) wrote("auth.identities");
  result.linked = link_account(session_, plan_.accounts, user.email, id);
  if (result.linked) wrote(link_table(session_, *plan_.accounts.link));
  return result;
}

/// Passwords that nobody knows yet must be told where the outcome is unknown, too: they may be in force.
static void commit_accounts(Session& session, const SqlBackend& backend, AccountResults written,
                            AccountResults& results, const AuthServices& use) {
  const DoubtfulCommit doubtful{.doing = "the accounts' transaction",
                                .probe = probe_of_rows(session, backend.written_table()),
                                .hint = "run it again: what is there stays as it is"};
  std::optional<SqlError> refused;
  try {
    refused = commit(session, doubtful, use.history, use.stop, use.reporter);
  } catch (const Error& error) {
    if (error.code() == ExitCode::unknown) results = std::move(written);
    throw;
  }
  if (refused) throw Error{ExitCode::failed, "cannot commit the accounts"}.because(refused->message);
  results = std::move(written);
}

void seed_auth_by_sql(Session& session, const AuthSeedPlan& plan, AccountResults& results,
                      const AuthServices& use) {
  SqlBackend backend(session, plan);
  backend.check();
  check_link_rows(session, plan.accounts);
  RollbackGuard guard{session};
  session.query("BEGIN", "begin a transaction");
  session.query("SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '1min'",
                "limit the time of locks");
  AccountResults written;
  for (std::size_t i = 0; i < plan.accounts.users.size(); ++i)
    written.push_back(backend.bring_about(plan.accounts.users[i], plan.passwords[i]));
  commit_accounts(session, backend, std::move(written), results, use);
}

}  // namespace runner
