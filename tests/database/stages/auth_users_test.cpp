// `runner seed auth-users` and the step auth-users on a database with our prelude's schema auth, and against
// a scripted server; tests/database/stages/gotrue_test.cpp does the same with GoTrue itself.

#include "runner/crypto/bcrypt.hpp"
#include "tests/database/stages/auth_accounts.hpp"
#include "tests/support/http_server.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

class AuthUsersBySql : public ::testing::Test {
 protected:
  void SetUp() override { accounts_.make_app_users(); }
  AuthAccounts accounts_{TestDatabase::Content::supabase};
};

TEST_F(AuthUsersBySql, MakesAccountsThatGoTrueCanRead) {
  const ChildResult result = accounts_.seed();
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  const std::string password = shown_password(result.output);
  EXPECT_EQ(result.output,
            "admin@sira.example.co.id: created, linked\n"
            "viewer@sira.example.co.id: created, linked, password " +
                password + "\n");
  EXPECT_EQ(result.errors, "2 accounts: 2 created\n");
  EXPECT_TRUE(bcrypt_matches(
      Secret(accounts_.admin_password),
      accounts_.value("SELECT encrypted_password FROM auth.users WHERE email LIKE 'admin@%'")));
  EXPECT_TRUE(bcrypt_matches(
      Secret(password),
      accounts_.value("SELECT encrypted_password FROM auth.users WHERE email LIKE 'viewer@%'")));
  // GoTrue reads tokens into texts: NULL would make every login fail.
  EXPECT_EQ(
      accounts_.value("SELECT count(*) FROM auth.users WHERE num_nulls(confirmation_token, recovery_token, "
                      "email_change_token_new, email_change_token_current, email_change, phone_change, "
                      "phone_change_token, reauthentication_token) > 0"),
      "0");
  EXPECT_EQ(accounts_.value("SELECT raw_app_meta_data::text || raw_user_meta_data::text FROM auth.users "
                            "WHERE email LIKE 'admin@%'"),
            R"({"role": "ADMIN", "provider": "email", "providers": ["email"]})"
            R"({"full_name": "Ayu Lestari", "email_verified": true})");
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.identities i JOIN auth.users u ON u.id = i.user_id "
                            "WHERE i.provider = 'email' AND i.provider_id = u.id::text AND i.email = u.email "
                            "AND i.identity_data ->> 'sub' = u.id::text"),
            "2");
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM public.app_users a JOIN auth.users u "
                            "ON u.id = a.auth_user_id AND u.email = a.email"),
            "2");
  EXPECT_EQ(accounts_.value("SELECT id FROM auth.users WHERE email LIKE 'viewer@%'"),
            "7b1f5a52-1111-4222-8333-444455556666");
}

TEST_F(AuthUsersBySql, ChangesNothingTheSecondTime) {
  ASSERT_EQ(accounts_.seed().exit_status, 0);
  static constexpr std::string_view all =
      "SELECT u::text, i::text, a::text FROM auth.users u, auth.identities i, public.app_users a ORDER BY 1, "
      "2, 3";
  const auto before = accounts_.sql(all).rows;
  const ChildResult again = accounts_.seed({"--via", "sql", "--existing", "leave"});
  EXPECT_EQ(again.exit_status, 0) << again.errors;
  EXPECT_EQ(again.output, "admin@sira.example.co.id: unchanged\nviewer@sira.example.co.id: unchanged\n");
  EXPECT_EQ(accounts_.sql(all).rows, before);
}

TEST_F(AuthUsersBySql, UpdatesWhatIsThereWhenAsked) {
  ASSERT_EQ(accounts_.seed().exit_status, 0);
  const std::string viewer = "SELECT encrypted_password FROM auth.users WHERE email LIKE 'viewer@%'";
  const std::string viewers_hash = accounts_.value(viewer);
  accounts_.sql("UPDATE auth.users SET confirmation_token = NULL, raw_user_meta_data = '{\"floor\": 3}'");
  accounts_.sql("INSERT INTO auth.sessions (id, user_id) SELECT gen_random_uuid(), id FROM auth.users");
  accounts_.environment["ADMIN_PASSWORD"] = "another-pa55-word";
  const ChildResult result = accounts_.seed({"--existing", "update"});
  EXPECT_EQ(result.output, "admin@sira.example.co.id: updated\nviewer@sira.example.co.id: updated\n");
  EXPECT_TRUE(bcrypt_matches(
      Secret("another-pa55-word"),
      accounts_.value("SELECT encrypted_password FROM auth.users WHERE email LIKE 'admin@%'")));
  EXPECT_EQ(accounts_.value(viewer), viewers_hash) << "nobody would know a new one";
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.users WHERE confirmation_token IS NULL"), "0");
  EXPECT_EQ(accounts_.value("SELECT raw_user_meta_data::text FROM auth.users WHERE email LIKE 'admin@%'"),
            R"({"floor": 3, "full_name": "Ayu Lestari"})");
  EXPECT_EQ(accounts_.value(
                "SELECT string_agg(u.email, ',') FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id"),
            "viewer@sira.example.co.id")
      << "who has another password has to log in again";
}

TEST_F(AuthUsersBySql, LinksAnAccountThatExistedBefore) {
  ASSERT_EQ(accounts_.seed().exit_status, 0);
  accounts_.sql("UPDATE public.app_users SET auth_user_id = NULL; DELETE FROM auth.identities");
  EXPECT_EQ(accounts_.seed().output,
            "admin@sira.example.co.id: unchanged, linked\nviewer@sira.example.co.id: unchanged, linked\n");
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.identities"), "2");
}

TEST_F(AuthUsersBySql, MakesNoneWhereOneCannotBe) {
  accounts_.sql(
      "INSERT INTO auth.users (id, email) VALUES ('7b1f5a52-1111-4222-8333-444455556666', "
      "'other@example.org')");
  const ChildResult result = accounts_.seed();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.output, "");
  EXPECT_TRUE(result.errors.starts_with("error: cannot write the account viewer@sira.example.co.id\n"))
      << result.errors;
  EXPECT_EQ(result.errors.find("7b1f5a52"), std::string::npos) << "the server's DETAIL holds the row";
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.users"), "1");
}

TEST_F(AuthUsersBySql, NamesEveryoneWhomTheApplicationDoesNotKnow) {
  accounts_.sql("DELETE FROM public.app_users");
  const ChildResult result = accounts_.seed();
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_TRUE(
      result.errors.starts_with("error: public.app_users has no row for admin@sira.example.co.id, "
                                "viewer@sira.example.co.id\n"))
      << result.errors;
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.users"), "0");
}

TEST_F(AuthUsersBySql, SaysThatAuthHasNotBeenSetUp) {
  accounts_.sql("DROP SCHEMA auth CASCADE");
  const ChildResult result = accounts_.seed();
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_NE(result.errors.find("because: Supabase Auth has not been set up there"), std::string::npos)
      << result.errors;
}

TEST_F(AuthUsersBySql, LetsNoPasswordReachTheServersLog) {
  accounts_.sql(
      fmt::format("ALTER ROLE postgres IN DATABASE {} SET log_statement = 'all'", accounts_.database.name()));
  const ChildResult result = accounts_.seed();
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  std::ostringstream log;
  log << std::ifstream(std::filesystem::path(accounts_.database.url().get("host")).parent_path() / "log")
             .rdbuf();
  EXPECT_NE(log.str().find("INSERT INTO auth.users"), std::string::npos) << "nothing was logged";
  EXPECT_NE(log.str().find("$2b$10$"), std::string::npos);
  EXPECT_EQ(log.str().find(accounts_.admin_password), std::string::npos);
  EXPECT_EQ(log.str().find(shown_password(result.output)), std::string::npos);
}

TEST_F(AuthUsersBySql, IsRefusedInAMergeRequestPipeline) {
  accounts_.environment["CI_PIPELINE_SOURCE"] = "merge_request_event";
  EXPECT_EQ(accounts_.seed().exit_status, 5);
  EXPECT_EQ(run_child(accounts_.command({"run", "s"})).exit_status, 5);
}

static std::string all_text_below(const std::filesystem::path& folder) {
  std::ostringstream text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) text << std::ifstream(entry.path()).rdbuf();
  return text.str();
}

TEST_F(AuthUsersBySql, RunsAsAStepThatShowsNoPasswordAnywhere) {
  std::string file =
      "version: 1\nusers:\n  - email: admin@sira.example.co.id\n    password_variable: ADMIN_PASSWORD\n";
  accounts_.project.write("seeds/auth_users.yml", file);
  const ChildResult result = run_child(accounts_.command({"run", "s", "-v", "--format", "json"}));
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  EXPECT_NE(result.errors.find("1 account: 1 created"), std::string::npos) << result.errors;
  const std::string reports = all_text_below(accounts_.project / "runner-report");
  EXPECT_NE(reports.find("admin@sira.example.co.id"), std::string::npos);
  for (const std::string& text : {result.output, result.errors, reports}) {
    EXPECT_EQ(text.find(accounts_.admin_password), std::string::npos);
    EXPECT_EQ(text.find("$2b$"), std::string::npos);
  }
}

TEST_F(AuthUsersBySql, GeneratesNoPasswordInAStepThatCouldNotShowIt) {
  const ChildResult result = run_child(accounts_.command({"run", "s"}));
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_NE(result.errors.find("none is named for viewer@sira.example.co.id"), std::string::npos)
      << result.errors;
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM auth.users"), "0");
}

// --- by the Admin API
// ------------------------------------------------------------------------------------------

class AuthUsersByApi : public ::testing::Test {
 protected:
  void SetUp() override {
    accounts_.make_app_users();
    accounts_.environment["SUPABASE_SERVICE_ROLE_KEY"] = "service-key-of-the-test";
  }
  ChildResult seed(const HttpServer::Answer& answer, const std::vector<std::string>& more = {}) {
    const HttpServer server(answer);
    accounts_.environment["SUPABASE_URL"] = server.url();
    std::vector<std::string> arguments{"--via", "admin-api"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ChildResult result = accounts_.seed(arguments);
    for (const std::string& secret : {accounts_.admin_password, std::string("service-key-of")}) {
      EXPECT_EQ(result.output.find(secret), std::string::npos) << result.output;
      EXPECT_EQ(result.errors.find(secret), std::string::npos) << result.errors;
    }
    seen_ = server.seen();
    return result;
  }
  /// Makes the account for real, as far as the link needs one.
  HttpReply make_account(const SeenRequest& request) {
    const std::size_t at = request.body.find("\"id\":\"");
    const std::string id = request.body.substr(at + 6, 36);
    accounts_.sql(fmt::format("INSERT INTO auth.users (id) VALUES ('{}')", id));
    return {.body = fmt::format(R"({{"id":"{}"}})", id)};
  }
  HttpReply answer(const SeenRequest& request) {
    if (request.target.ends_with("/admin/users")) return make_account(request);
    if (request.target.find("/token") != std::string::npos) return {.body = R"({"access_token":"t0ken"})"};
    return {.status = 204, .body = ""};
  }
  AuthAccounts accounts_{TestDatabase::Content::supabase};
  std::vector<SeenRequest> seen_;
};

TEST_F(AuthUsersByApi, MakesAccountsLinksThemAndLogsIn) {
  const ChildResult result = seed([&](const SeenRequest& request) { return answer(request); });
  EXPECT_EQ(result.exit_status, 0) << result.errors;
  EXPECT_EQ(result.output,
            "admin@sira.example.co.id: created, linked, logs in\n"
            "viewer@sira.example.co.id: created, linked, logs in, password " +
                shown_password(result.output) + "\n");
  ASSERT_EQ(seen_.size(), 6U);
  EXPECT_EQ(seen_[0].target, "/auth/v1/admin/users");
  EXPECT_EQ(seen_[1].target, "/auth/v1/token?grant_type=password");
  EXPECT_EQ(accounts_.value("SELECT count(*) FROM public.app_users WHERE auth_user_id IS NOT NULL"), "2");
}

TEST_F(AuthUsersByApi, ShowsAGeneratedPasswordAlsoWhenWhatFollowsFails) {
  const ChildResult result = seed([&](const SeenRequest& request) {
    const bool login = request.target.find("/token") != std::string::npos;
    if (login && request.body.find("viewer@") != std::string::npos)
      return HttpReply{.status = 400,
                       .body = R"({"error_code":"email_not_confirmed","msg":"Email not confirmed"})"};
    return answer(request);
  });
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(shown_password(result.output).size(), 23U) << result.output;
  EXPECT_NE(result.errors.find("cannot log in as viewer@sira.example.co.id"), std::string::npos)
      << result.errors;
  EXPECT_NE(result.errors.find("because: HTTP 400: Email not confirmed (email_not_confirmed)"),
            std::string::npos);
  EXPECT_EQ(result.errors.find(shown_password(result.output)), std::string::npos);
}

TEST_F(AuthUsersByApi, AsksNothingBeforeItKnowsThatEveryoneCanBeLinked) {
  accounts_.sql("DELETE FROM public.app_users WHERE email LIKE 'viewer@%'");
  EXPECT_EQ(seed([&](const SeenRequest& request) { return answer(request); }).exit_status, 2);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(AuthUsersByApi, SaysThatTheDatabaseIsAnother) {
  const ChildResult result = seed([](const SeenRequest&) {
    return HttpReply{.body = R"({"id":"00000000-0000-4000-8000-000000000001"})"};
  });
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.errors.find("hint: check that DATABASE_URL is the database of this Supabase Auth"),
            std::string::npos)
      << result.errors;
}

TEST_F(AuthUsersByApi, WantsItsVariables) {
  accounts_.environment.erase("SUPABASE_SERVICE_ROLE_KEY");
  accounts_.environment["SUPABASE_URL"] = "https://localhost:1";
  EXPECT_NE(accounts_.seed({"--via", "admin-api"}).errors.find("SUPABASE_SERVICE_ROLE_KEY is not set"),
            std::string::npos);
  accounts_.environment["SUPABASE_URL"] = "http://auth.example.org";
  const ChildResult plain = accounts_.seed({"--via", "admin-api"});
  EXPECT_EQ(plain.exit_status, 2);
  EXPECT_NE(plain.errors.find("SUPABASE_URL is plain http to auth.example.org"), std::string::npos)
      << plain.errors;
  accounts_.environment.erase("SUPABASE_URL");
  EXPECT_NE(
      accounts_.seed({"--via", "admin-api"}).errors.find("neither SUPABASE_URL nor SUPABASE_AUTH_URL is set"),
      std::string::npos);
}

TEST_F(AuthUsersByApi, SaysThatTheServiceKeyIsRefused) {
  const ChildResult result = seed([](const SeenRequest&) {
    return HttpReply{.status = 401, .body = R"({"message":"Invalid API key"})"};
  });
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_NE(result.errors.find("hint: check that the key is the service role's"), std::string::npos)
      << result.errors;
}

}  // namespace runner
