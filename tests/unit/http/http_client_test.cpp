#include "runner/http/http_client.hpp"

#include "runner/http/curl_library.hpp"
#include "tests/support/http_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using namespace std::chrono_literals;

static const HttpSettings quick{.attempt_timeout = 5s, .retry_for = 5s, .first_pause = 1ms};

class Http : public testing::Test {
 protected:
  HttpResponse send(const HttpServer& server, const HttpRequest& request,
                    const HttpSettings& settings = quick) {
    return HttpClient(HttpUrl::parse(server.url() + "/auth", "url"), settings, stop_).send(request);
  }
  StopSignal stop_;
};

TEST_F(Http, SendsMethodPathHeadersAndBody) {
  const HttpServer server([](const SeenRequest&) { return HttpReply{.status = 201, .body = "made"}; });
  const HttpResponse response = send(server, {.method = "POST",
                                              .path = "/admin/users?page=1",
                                              .headers = {{"apikey", Secret("k3y")}},
                                              .body = Secret("{\"a\":1}")});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "made");
  ASSERT_EQ(server.seen().size(), 1U);
  const SeenRequest seen = server.seen()[0];
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/auth/admin/users?page=1");
  EXPECT_EQ(seen.headers.at("apikey"), "k3y");
  EXPECT_EQ(seen.headers.at("content-type"), "application/json");
  EXPECT_EQ(seen.body, "{\"a\":1}");
}

TEST_F(Http, TriesAgainWhatFailsInPassing) {
  int calls = 0;
  const HttpServer server([&](const SeenRequest&) {
    ++calls;
    if (calls == 1) return HttpReply{.status = 503};
    if (calls == 2) return HttpReply{.drop = true};
    if (calls == 3) return HttpReply{.status = 429};
    return HttpReply{.body = "at last"};
  });
  const HttpResponse response = send(server, {});
  EXPECT_EQ(response.body, "at last");
  EXPECT_EQ(response.attempts, 4);
}

TEST_F(Http, DoesNotTryAgainWhatIsRefused) {
  for (const int status : {400, 401, 404, 422}) {
    const HttpServer server([&](const SeenRequest&) { return HttpReply{.status = status}; });
    EXPECT_EQ(send(server, {}).status, status);
    EXPECT_EQ(server.seen().size(), 1U) << status;
  }
}

TEST_F(Http, TriesAgainWhenTheServerSaysOnlyIfThereIsTimeForIt) {
  for (const auto& [retry_for, requests] : {std::pair(5000ms, 2U), std::pair(900ms, 1U)}) {
    int calls = 0;
    const HttpServer server([&](const SeenRequest&) {
      return ++calls == 1 ? HttpReply{.status = 429, .headers = {"Retry-After: 1"}} : HttpReply{};
    });
    HttpSettings settings = quick;
    settings.retry_for = retry_for;
    EXPECT_EQ(send(server, {}, settings).status, requests == 2 ? 200 : 429);
    EXPECT_EQ(server.seen().size(), requests);
  }
}

TEST_F(Http, GivesTheLastAnswerWhenTimeIsUp) {
  const HttpServer server([&](const SeenRequest&) { return HttpReply{.status = 500, .body = "broken"}; });
  HttpSettings settings = quick;
  settings.retry_for = 50ms;
  const HttpResponse response = send(server, {}, settings);
  EXPECT_EQ(response.status, 500);
  EXPECT_GT(response.attempts, 1);
}

static Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return Error{ExitCode::passed, "nothing was thrown"};
}

TEST_F(Http, SaysThatThereIsNoAnswer) {
  int port = 0;
  {
    const HttpServer gone([](const SeenRequest&) { return HttpReply{}; });
    port = gone.port();
  }
  HttpSettings settings = quick;
  settings.retry_for = 20ms;
  const std::string host = "127.0.0.1:" + std::to_string(port);
  const Error error = error_of([&] {
    HttpClient(HttpUrl::parse("http://" + host, "url"), settings, stop_)
        .send({.headers = {{"apikey", Secret("k3y-k3y-k3y")}}, .body = Secret("pa55word")});
  });
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_EQ(error.message(), "no answer from " + host);
  EXPECT_EQ(error.text().find("k3y"), std::string::npos);
  EXPECT_EQ(error.text().find("pa55"), std::string::npos);
}

TEST_F(Http, GivesUpOnAServerThatSaysNothing) {
  const HttpServer server([&](const SeenRequest&) {
    std::this_thread::sleep_for(300ms);
    return HttpReply{.drop = true};
  });
  HttpSettings settings = quick;
  settings.attempt_timeout = 50ms;
  settings.retry_for = 10ms;
  const Error error = error_of([&] { send(server, {}, settings); });
  EXPECT_EQ(error.reason(), "Timeout was reached");
}

TEST_F(Http, RefusesAnAnswerWithoutEnd) {
  const HttpServer server([&](const SeenRequest&) { return HttpReply{.body = std::string(100'000, 'x')}; });
  HttpSettings settings = quick;
  settings.answer_limit_bytes = 1000;
  const Error error = error_of([&] { send(server, {}, settings); });
  EXPECT_EQ(error.reason(), "it is longer than 1000 bytes");
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST_F(Http, DoesNotFollowARedirectWithItsSecrets) {
  const HttpServer other([](const SeenRequest&) { return HttpReply{}; });
  const HttpServer server([&](const SeenRequest&) {
    return HttpReply{.status = 307, .headers = {"Location: " + other.url() + "/"}};
  });
  EXPECT_EQ(send(server, {.headers = {{"apikey", Secret("k3y")}}}).status, 307);
  EXPECT_TRUE(other.seen().empty());
}

TEST_F(Http, UsesNoProxyForLoopback) {
  const HttpServer proxy([](const SeenRequest&) { return HttpReply{}; });
  const HttpServer server([](const SeenRequest&) { return HttpReply{.body = "direct"}; });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(send(server, {}).body, "direct");
  ::unsetenv("http_proxy");
  EXPECT_TRUE(proxy.seen().empty());
}

/// A stop signal of its own: the second SIGTERM to one of them kills.
static ExitCode exit_code_when_terminated(const HttpReply& reply) {
  const StopSignal stop;
  const HttpServer server([&](const SeenRequest&) {
    ::kill(::getpid(), SIGTERM);
    std::this_thread::sleep_for(50ms);
    return reply;
  });
  return error_of([&] { HttpClient(HttpUrl::parse(server.url(), "url"), quick, stop).send({}); }).code();
}

TEST(HttpStop, EndsARequestAndAPauseOnASignal) {
  EXPECT_EQ(exit_code_when_terminated({.drop = true}), ExitCode::terminated);
  EXPECT_EQ(exit_code_when_terminated({.status = 429, .headers = {"Retry-After: 4"}}), ExitCode::terminated);
}

TEST(CurlLibrary, SaysWhatToInstallWhereItIsMissing) {
  const Error error = error_of([] { open_curl("libcurl-that-nobody-has.so.4"); });
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_EQ(error.message(), "libcurl cannot be used");
  EXPECT_NE(error.reason().find("libcurl-that-nobody-has.so.4"), std::string::npos) << error.reason();
}

TEST(CurlLibrary, MustHaveAllThatIsCalled) {
  const Error error = error_of([] { open_curl("libc.so.6"); });
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_NE(error.reason().find("curl_global_init"), std::string::npos) << error.reason();
}

}  // namespace runner
