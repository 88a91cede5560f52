#include "runner/http/http_url.hpp"

#include "runner/core/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

struct GoodUrl {
  const char* text;
  const char* kept;
  const char* host;
  bool loopback;
};

class HttpUrlTakes : public testing::TestWithParam<GoodUrl> {};

TEST_P(HttpUrlTakes, WhatIsSafe) {
  const HttpUrl url = HttpUrl::parse(GetParam().text, "SUPABASE_URL");
  EXPECT_EQ(url.text, GetParam().kept);
  EXPECT_EQ(url.host, GetParam().host);
  EXPECT_EQ(url.loopback, GetParam().loopback);
}

INSTANTIATE_TEST_SUITE_P(
    Each, HttpUrlTakes,
    testing::Values(GoodUrl{"https://abc.supabase.co", "https://abc.supabase.co", "abc.supabase.co", false},
                    GoodUrl{"https://abc.supabase.co/auth/v1/", "https://abc.supabase.co/auth/v1",
                            "abc.supabase.co", false},
                    GoodUrl{"http://127.0.0.1:9999", "http://127.0.0.1:9999", "127.0.0.1:9999", true},
                    GoodUrl{"http://localhost:54321/", "http://localhost:54321", "localhost:54321", true},
                    GoodUrl{"http://[::1]:9999", "http://[::1]:9999", "[::1]:9999", true}));

struct BadUrl {
  const char* text;
  const char* message;
};

class HttpUrlRefuses : public testing::TestWithParam<BadUrl> {};

TEST_P(HttpUrlRefuses, WhatIsNotSafeWithoutShowingIt) {
  try {
    HttpUrl::parse(GetParam().text, "SUPABASE_URL");
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.text().find("s3cret"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, HttpUrlRefuses,
    testing::Values(
        BadUrl{"", "SUPABASE_URL is no URL"}, BadUrl{"abc.supabase.co", "SUPABASE_URL is no URL"},
        BadUrl{"ftp://abc.supabase.co", "SUPABASE_URL is no http or https URL"},
        BadUrl{"file:///etc/passwd", "SUPABASE_URL is no http or https URL"},
        BadUrl{"https://me:s3cret@abc.supabase.co", "SUPABASE_URL holds a user or password"},
        BadUrl{"https://abc.supabase.co?key=s3cret", "SUPABASE_URL holds a query or a fragment"},
        BadUrl{"http://abc.supabase.co",
               "SUPABASE_URL is plain http to abc.supabase.co: everybody on the way could read keys and "
               "passwords"},
        BadUrl{
            "http://127.0.0.1.example.org",
            "SUPABASE_URL is plain http to 127.0.0.1.example.org: everybody on the way could read keys and "
            "passwords"},
        BadUrl{
            "http://localhost.example.org",
            "SUPABASE_URL is plain http to localhost.example.org: everybody on the way could read keys and "
            "passwords"}));

TEST(HttpUrl, TakesPlainHttpWhenAsked) {
  EXPECT_FALSE(HttpUrl::parse("http://auth.internal:9999", "url", true).encrypted);
}

}  // namespace runner
