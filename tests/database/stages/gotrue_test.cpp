// The accounts that either backend makes, against Supabase Auth itself: GoTrue with the tables of its own
// migrations, not our prelude's. The test gotrue.install builds its program, or RUNNER_TEST_GOTRUE names one.

#include "runner/core/secret.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/core/text.hpp"
#include "runner/http/auth_api.hpp"
#include "tests/database/stages/auth_accounts.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

using namespace std::chrono_literals;

static constexpr const char* jwt_secret = "0123456789012345678901234567890123456789";
/// {"role":"service_role","aud":"authenticated","iss":"runner's tests"}, signed by HS256 with jwt_secret.
static constexpr const char* service_key =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJyb2xlIjoic2VydmljZV9yb2xlIiwiYXVkIjoiYXV0aGVudGljYXRlZCIsImlzcyI6InJ1bm5lcidzIHRlc3RzIn0."
    "OKZBhT_h_wZVfr3l8MA261_iGtEjGiTflLrAtfm2V9U";

/// Empty where there is none.
static std::string gotrue_program() {
  if (const char* named = std::getenv("RUNNER_TEST_GOTRUE")) return named;
  return std::filesystem::exists(GOTRUE_PROGRAM) ? GOTRUE_PROGRAM : "";
}

static int free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(listener, generic, size) == 0 && ::getsockname(listener, generic, &size) == 0;
  ::close(listener);
  if (!bound) throw std::runtime_error("no port on loopback is free");
  return ntohs(address.sin_port);
}

/// GoTrue on loopback, with its tables in the given database; ended by its pid.
class GoTrue {
 public:
  explicit GoTrue(AuthAccounts& accounts) : port_(free_port()) {
    prepare(accounts);
    environment_ = environment_of(accounts);
    const ChildResult migrated =
        run_child({.program = gotrue_program(), .arguments = {"migrate"}, .environment = environment_});
    if (!migrated.succeeded())
      throw std::runtime_error("GoTrue cannot migrate: " + migrated.errors + migrated.output);
    const std::filesystem::path log = accounts.project / "gotrue.log";
    start(log.string());
    try {
      const StopSignal stop;
      HttpClient(HttpUrl::parse(url(), "url"), {.retry_for = 30s, .first_pause = 20ms}, stop)
          .send({.path = "/health"});
    } catch (const Error& error) {
      std::ostringstream said;
      said << std::ifstream(log).rdbuf();
      end();
      throw std::runtime_error(error.text() + said.str());
    }
  }
  ~GoTrue() { end(); }
  GoTrue(const GoTrue&) = delete;
  GoTrue& operator=(const GoTrue&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  /// What Supabase's own images do before GoTrue's first start.
  static void prepare(AuthAccounts& accounts) {
    const std::string& database = accounts.database.name();
    accounts.sql(
        "DO $$ BEGIN CREATE ROLE supabase_auth_admin NOINHERIT LOGIN; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    accounts.sql("CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin");
    accounts.sql(fmt::format("GRANT CREATE ON DATABASE {} TO supabase_auth_admin", database));
    accounts.sql(
        fmt::format("ALTER ROLE supabase_auth_admin IN DATABASE {} SET search_path = 'auth'", database));
    accounts.sql("ALTER ROLE postgres BYPASSRLS");
  }

  std::map<std::string, std::string> environment_of(const AuthAccounts& accounts) const {
    std::map<std::string, std::string> environment = minimal_environment();
    environment.merge(std::map<std::string, std::string>{
        {"GOTRUE_JWT_SECRET", jwt_secret},
        {"GOTRUE_JWT_AUD", "authenticated"},
        {"GOTRUE_JWT_DEFAULT_GROUP_NAME", "authenticated"},
        {"GOTRUE_JWT_ADMIN_ROLES", "service_role"},
        {"GOTRUE_DB_DRIVER", "postgres"},
        {"DB_NAMESPACE", "auth"},
        {"DATABASE_URL",
         fmt::format("postgres://supabase_auth_admin@/{}?host={}&port={}&sslmode=disable",
                     accounts.database.name(), percent_encoded(accounts.database.url().get("host")),
                     accounts.database.url().get("port"))},
        {"GOTRUE_SITE_URL", "http://localhost"},
        {"API_EXTERNAL_URL", url()},
        {"GOTRUE_API_HOST", "127.0.0.1"},
        {"PORT", fmt::format("{}", port_)},
        {"GOTRUE_EXTERNAL_EMAIL_ENABLED", "true"}});
    return environment;
  }

  void end() const {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }

  void start(const std::string& log) {
    const std::string program = gotrue_program();
    child_ = ::fork();
    if (child_ != 0) return;
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, 1);
    ::dup2(file, 2);
    ::clearenv();
    for (const auto& [name, value] : environment_) ::setenv(name.c_str(), value.c_str(), 1);
    ::execl(program.c_str(), program.c_str(), "serve", nullptr);
    ::_exit(127);
  }

  int port_;
  std::map<std::string, std::string> environment_{};
  pid_t child_ = -1;
};

class RealGoTrue : public ::testing::Test {
 protected:
  void SetUp() override {
    if (gotrue_program().empty())
      GTEST_SKIP() << "needs GoTrue, which the test gotrue.install builds where Go can get it; or let "
                      "RUNNER_TEST_GOTRUE name the program";
    server_.emplace(accounts_);
    accounts_.make_app_users();
    accounts_.sql("GRANT ALL ON SCHEMA auth TO postgres; GRANT ALL ON ALL TABLES IN SCHEMA auth TO postgres");
    accounts_.environment["SUPABASE_AUTH_URL"] = server_->url();
    accounts_.environment["SUPABASE_SERVICE_ROLE_KEY"] = service_key;
  }

  /// "" when it can, else why not.
  std::string login(const std::string& email, const std::string& password) const {
    const StopSignal stop;
    AuthApi api(HttpUrl::parse(server_->url(), "url"), Secret(service_key), {.retry_for = 10s}, stop);
    try {
      api.prove_login(email, Secret(password));
    } catch (const Error& error) {
      return error.reason();
    }
    return {};
  }

  AuthAccounts accounts_{TestDatabase::Content::empty};
  std::optional<GoTrue> server_{};
};

TEST_F(RealGoTrue, LetsTheAccountsOfTheSqlBackendIn) {
  const ChildResult result = accounts_.seed({"--via", "sql"});
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  EXPECT_EQ(login("admin@sira.example.co.id", accounts_.admin_password), "");
  EXPECT_EQ(login("viewer@sira.example.co.id", shown_password(result.output)), "");
  EXPECT_EQ(login("viewer@sira.example.co.id", "something else"),
            "HTTP 400: Invalid login credentials (invalid_credentials)");
}

TEST_F(RealGoTrue, LetsTheAccountsOfTheAdminApiIn) {
  const ChildResult result = accounts_.seed({"--via", "admin-api"});
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  EXPECT_EQ(result.output,
            "admin@sira.example.co.id: created, linked, logs in\n"
            "viewer@sira.example.co.id: created, linked, logs in, password " +
                shown_password(result.output) + "\n");
  EXPECT_EQ(login("viewer@sira.example.co.id", shown_password(result.output)), "");
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.sessions"), "0") << "the proof leaves none behind";
  EXPECT_EQ(accounts_.value("SELECT id FROM auth.users WHERE email LIKE 'viewer@%'"),
            "7b1f5a52-1111-4222-8333-444455556666");
}

TEST_F(RealGoTrue, MakesTheSameRowsAsTheSqlBackend) {
  // What differs by nature: ids, times, the hash. And GoTrue confirms the account, but not its identity.
  static constexpr std::string_view rows = R"(
    SELECT (to_jsonb(u) - '{id, encrypted_password, created_at, updated_at, email_confirmed_at, confirmed_at,
                            last_sign_in_at}'::text[])::text,
           (to_jsonb(i) - '{id, provider_id, user_id, created_at, updated_at, last_sign_in_at, identity_data}'::text[]
             || (i.identity_data - '{sub, email_verified}'::text[]))::text
      FROM auth.users AS u JOIN auth.identities AS i ON i.user_id = u.id ORDER BY u.email)";
  ASSERT_EQ(accounts_.seed({"--via", "admin-api"}).exit_status, 0);
  const auto by_api = accounts_.sql(rows).rows;
  accounts_.sql("DELETE FROM auth.users");
  ASSERT_EQ(accounts_.seed({"--via", "sql"}).exit_status, 0);
  EXPECT_EQ(accounts_.sql(rows).rows, by_api);
}

TEST_F(RealGoTrue, KeepsWhatExistsAndUpdatesItWhenAsked) {
  const std::vector<std::pair<std::string, std::string>> ways{{"sql", "admin-api"}, {"admin-api", "sql"}};
  for (const auto& [first, second] : ways) {
    SCOPED_TRACE(first + ", then " + second);
    accounts_.sql("DELETE FROM auth.users");
    accounts_.environment["ADMIN_PASSWORD"] = accounts_.admin_password;
    const ChildResult made = accounts_.seed({"--via", first});
    ASSERT_EQ(made.exit_status, 0) << made.errors;
    accounts_.environment["ADMIN_PASSWORD"] = "another-pa55-word";
    EXPECT_EQ(accounts_.seed({"--via", second}).output,
              "admin@sira.example.co.id: unchanged\nviewer@sira.example.co.id: unchanged\n");
    EXPECT_EQ(login("admin@sira.example.co.id", accounts_.admin_password), "");
    const ChildResult updated = accounts_.seed({"--via", second, "--existing", "update"});
    EXPECT_EQ(updated.exit_status, 0) << updated.errors;
    EXPECT_EQ(login("admin@sira.example.co.id", "another-pa55-word"), "");
    EXPECT_NE(login("admin@sira.example.co.id", accounts_.admin_password), "");
    EXPECT_EQ(login("viewer@sira.example.co.id", shown_password(made.output)), "");
  }
}

TEST_F(RealGoTrue, RefusesAnothersServiceKeyWithoutShowingIt) {
  accounts_.environment["SUPABASE_SERVICE_ROLE_KEY"] = std::string(service_key) + "x";
  const ChildResult result = accounts_.seed({"--via", "admin-api"});
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_NE(result.errors.find("hint: check that the key is the service role's"), std::string::npos)
      << result.errors;
  EXPECT_EQ(result.errors.find("eyJhbGci"), std::string::npos);
}

}  // namespace runner
