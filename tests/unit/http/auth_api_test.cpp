#include "runner/http/auth_api.hpp"

#include "tests/support/http_server.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

using namespace std::chrono_literals;

static const AuthAccount ada{.id = "7b1f5a52-1111-4222-8333-444455556666",
                             .email = "ada@example.org",
                             .password = Secret("pa55-w0rd-0f-ada"),
                             .user_metadata = R"({"full_name":"Ada"})"};

class AuthApiTest : public testing::Test {
 protected:
  /// Calls `use` with a server that answers by `answer`; what was thrown, or an Error{passed}.
  Error with(const HttpServer::Answer& answer, const std::function<void(AuthApi&)>& use) {
    const HttpServer server(answer);
    const StopSignal stop;
    AuthApi api(HttpUrl::parse(server.url(), "url"), Secret("service-key-of-the-test"),
                {.retry_for = 2s, .first_pause = 1ms}, stop);
    Error thrown{ExitCode::passed, "nothing was thrown"};
    try {
      use(api);
    } catch (const Error& error) {
      thrown = error;
    }
    seen_ = server.seen();
    for (const char* secret : {"pa55-w0rd", "service-key"})
      EXPECT_EQ(thrown.text().find(secret), std::string::npos) << thrown.text();
    return thrown;
  }
  std::vector<SeenRequest> seen_;
};

TEST_F(AuthApiTest, MakesAConfirmedAccountWithTheIdThatWasChosen) {
  with(
      [](const SeenRequest&) {
        return HttpReply{.body = R"({"id":"7b1f5a52-1111-4222-8333-444455556666"})"};
      },
      [](AuthApi& api) { EXPECT_EQ(api.create(ada), ada.id); });
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(seen_[0].method + " " + seen_[0].target, "POST /admin/users");
  EXPECT_EQ(seen_[0].headers.at("authorization"), "Bearer service-key-of-the-test");
  EXPECT_EQ(seen_[0].headers.at("apikey"), "service-key-of-the-test");
  EXPECT_EQ(seen_[0].body, R"({"app_metadata":{},"email":"ada@example.org","email_confirm":true,)"
                           R"("id":"7b1f5a52-1111-4222-8333-444455556666","password":"pa55-w0rd-0f-ada",)"
                           R"("user_metadata":{"full_name":"Ada"}})");
}

static HttpReply exists(const SeenRequest& request, const std::string& id) {
  if (request.method == "POST")
    return {.status = 422, .body = R"({"code":422,"error_code":"email_exists","msg":"no"})"};
  return {.body = fmt::format(R"({{"users":[{{"id":"x","email":"not-ada@example.org"}},)"
                              R"({{"id":"{}","email":"ada@example.org"}}]}})",
                              id)};
}

TEST_F(AuthApiTest, LeavesAnAccountThatExists) {
  with([](const SeenRequest& request) { return exists(request, "other"); },
       [](AuthApi& api) { EXPECT_EQ(api.create(ada), std::nullopt); });
  EXPECT_EQ(seen_[1].target, "/admin/users?page=1&per_page=100&filter=ada%40example.org");
}

TEST_F(AuthApiTest, KnowsItsOwnAccountBehindALostAnswer) {
  int calls = 0;
  with(
      [&](const SeenRequest& request) {
        return ++calls == 1 ? HttpReply{.drop = true} : exists(request, ada.id);
      },
      [](AuthApi& api) { EXPECT_EQ(api.create(ada), ada.id); });
}

TEST_F(AuthApiTest, TakesAnAccountOfTheSameIdForAnothersWhenNothingWasLost) {
  with([](const SeenRequest& request) { return exists(request, ada.id); },
       [](AuthApi& api) { EXPECT_EQ(api.create(ada), std::nullopt); });
}

TEST_F(AuthApiTest, LooksThroughEveryPageOfAServerWithoutFilter) {
  const auto page_of = [](const SeenRequest& request) {
    const bool second = request.target.find("page=2") != std::string::npos;
    std::string users;
    for (int i = 0; i < (second ? 1 : 100); ++i)
      users += fmt::format(R"({}{{"id":"{}","email":"{}@example.org"}})", i > 0 ? "," : "", i,
                           second ? "ada" : fmt::format("user{}", i));
    return HttpReply{.body = "{\"users\":[" + users + "]}"};
  };
  with(page_of, [](AuthApi& api) {
    EXPECT_EQ(api.find("ada@example.org"), "0");
    EXPECT_EQ(api.find("nobody@example.org"), std::nullopt);
  });
}

TEST_F(AuthApiTest, ChangesWithoutAPasswordWhereNoneIsGiven) {
  AuthAccount account = ada;
  account.password = Secret();
  with([](const SeenRequest&) { return HttpReply{}; },
       [&](AuthApi& api) { api.update("an id/..", account); });
  EXPECT_EQ(seen_[0].method + " " + seen_[0].target, "PUT /admin/users/an%20id%2F..");
  EXPECT_EQ(seen_[0].body.find("password"), std::string::npos);
}

TEST_F(AuthApiTest, LogsInAndOutAgain) {
  with([](const SeenRequest&) { return HttpReply{.body = R"({"access_token":"t0ken-of-ada"})"}; },
       [](AuthApi& api) { api.prove_login(ada.email, ada.password); });
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[0].target, "/token?grant_type=password");
  EXPECT_EQ(seen_[1].target, "/logout?scope=local");
  EXPECT_EQ(seen_[1].headers.at("authorization"), "Bearer t0ken-of-ada");
}

TEST_F(AuthApiTest, FailsWhenTheLoginIsRefused) {
  const Error error = with(
      [](const SeenRequest&) {
        return HttpReply{
            .status = 400,
            .body = R"({"code":400,"error_code":"invalid_credentials","msg":"Invalid login credentials"})"};
      },
      [](AuthApi& api) { api.prove_login(ada.email, ada.password); });
  EXPECT_EQ(error.code(), ExitCode::failed);
  EXPECT_TRUE(error.message().starts_with("cannot log in as ada@example.org at 127.0.0.1:"))
      << error.message();
  EXPECT_EQ(error.reason(), "HTTP 400: Invalid login credentials (invalid_credentials)");
}

struct Refusal {
  HttpReply reply;
  std::string reason;
  std::string hint;
};

TEST_F(AuthApiTest, SaysWhatTheServerSaidButNoSecret) {
  const Refusal refusals[] = {
      {{.status = 401, .body = R"({"message":"Invalid API key"})"},
       "HTTP 401: Invalid API key",
       "check that the key is the service role's, and of this project"},
      {{.status = 404, .body = "<html>not here</html>"},
       "HTTP 404",
       "check the URL: a Supabase project's Auth is at /auth/v1, GoTrue itself at its root"},
      {{.status = 422, .body = R"({"error_code":"weak_password","msg":"Password pa55-w0rd-0f-ada is weak"})"},
       "HTTP 422: Password [hidden] is weak (weak_password)",
       ""},
      {{.status = 400, .body = "[]"}, "HTTP 400", ""},
  };
  register_secret(ada.password);
  for (const Refusal& refusal : refusals) {
    const Error error =
        with([&](const SeenRequest&) { return refusal.reply; }, [](AuthApi& api) { api.create(ada); });
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.reason(), refusal.reason);
    EXPECT_EQ(error.advice(), refusal.hint);
  }
}

TEST_F(AuthApiTest, RefusesAKeyThatCannotStandInAHeader) {
  const StopSignal stop;
  for (const char* key : {"", "two words", "line\r\nX-Evil: 1", "caf\xC3\xA9"})
    EXPECT_THROW(AuthApi(HttpUrl::parse("https://localhost", "url"), Secret(key), {}, stop), Error) << key;
}

}  // namespace runner
