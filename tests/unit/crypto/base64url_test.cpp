#include "runner/crypto/base64url.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace runner {

struct Pair {
  std::string_view bytes;
  std::string_view text;
};

class Base64Url : public testing::TestWithParam<Pair> {};

TEST_P(Base64Url, IsWrittenAndReadBack) {
  std::string text = "before:";
  append_base64url(GetParam().bytes, text);
  EXPECT_EQ(text, "before:" + std::string(GetParam().text));
  std::string bytes = "left over";
  EXPECT_EQ(decode_base64url(GetParam().text, bytes), std::nullopt);
  EXPECT_EQ(bytes, GetParam().bytes);
}

// The examples of RFC 4648, section 10, and the two letters in which the URL-safe alphabet differs.
INSTANTIATE_TEST_SUITE_P(Each, Base64Url,
                         testing::Values(Pair{"", ""}, Pair{"f", "Zg=="}, Pair{"fo", "Zm8="},
                                         Pair{"foo", "Zm9v"}, Pair{"foob", "Zm9vYg=="},
                                         Pair{"fooba", "Zm9vYmE="}, Pair{"foobar", "Zm9vYmFy"},
                                         Pair{"\xFB\xFF\xBF", "-_-_"}, Pair{{"\0\0", 2}, "AAA="}));

TEST(Base64UrlBytes, SurviveOfEveryValue) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  std::string text;
  append_base64url(bytes, text);
  std::string back;
  EXPECT_EQ(decode_base64url(text, back), std::nullopt);
  EXPECT_EQ(back, bytes);
}

struct Bad {
  std::string_view text;
  std::size_t at;
};

class Base64UrlRefuses : public testing::TestWithParam<Bad> {};

TEST_P(Base64UrlRefuses, WhatHasAnotherFormAndSaysWhere) {
  std::string bytes;
  EXPECT_EQ(decode_base64url(GetParam().text, bytes), std::optional(GetParam().at));
}

INSTANTIATE_TEST_SUITE_P(Each, Base64UrlRefuses,
                         testing::Values(Bad{"Zm9v+w==", 4}, Bad{"Zm9v/w==", 4}, Bad{"Zm9v\n", 4},
                                         Bad{" Zm9", 0}, Bad{"Zg", 2}, Bad{"Zg=", 3}, Bad{"Zm8", 3},
                                         Bad{"Z===", 1}, Bad{"====", 0}, Bad{"=", 1}, Bad{"Zg==Zg==", 2},
                                         Bad{"Zm=v", 2}, Bad{"Zh==", 1}, Bad{"Zm9=", 2}, Bad{{"Zm9\0", 4}, 3},
                                         Bad{"Z\xC3\xA9==", 1}));

}  // namespace runner
