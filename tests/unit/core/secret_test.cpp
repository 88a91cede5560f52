#include "runner/core/secret.hpp"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace runner {

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST(Secret, IsHiddenAsItIsAndPercentEncoded) {
  register_secret(Secret{"p@ss/w rd"});
  EXPECT_EQ(hide_secrets("a p@ss/w rd b p%40ss%2Fw%20rd c"), "a [hidden] b [hidden] c");
}

TEST(Secret, ALongerOneThatHoldsAShorterGoesWhole) {
  register_secret(Secret{"tiger"});
  register_secret(Secret{"tigerlily"});
  EXPECT_EQ(hide_secrets("tigerlily tiger"), "[hidden] [hidden]");
}

TEST(Secret, AShortOneIsNotReplaced) {
  register_secret(Secret{"abc"});
  EXPECT_EQ(hide_secrets("abc"), "abc");
}

TEST(Secret, AReplacementIsNotReplacedAgain) {
  register_secret(Secret{"hidden"});
  EXPECT_EQ(hide_secrets("hidden hidden"), "[hidden] [hidden]");
}

TEST(Passwords, AreBlottedOutOfALine) {
  const struct {
    const char *text, *expected;
  } cases[] = {
      {"", ""},
      {"no address: a@b", "no address: a@b"},
      {"postgres://u:pw@h/d", "postgres://u:**@h/d"},
      {"url: 'postgresql://u:p:w@x@h:5432/d' # c", "url: 'postgresql://u:*****@h:5432/d' # c"},
      {"x postgres://u:a/b@h y postgres://v:c@h", "x postgres://u:***@h y postgres://v:*@h"},
      {"postgres://u@h:5432/d", "postgres://u@h:5432/d"},
      {"postgres://h:5432/d", "postgres://h:5432/d"},
      {"https://h:8080/a@b", "https://h:8080/a@b"},
      {"postgres://u:@h/d", "postgres://u:@h/d"},
      {"postgres://u:${PASSWORD}@h/d", "postgres://u:${PASSWORD}@h/d"},
      {"postgres://h/d?user=u&password=pw&x=1", "postgres://h/d?user=u&password=**&x=1"},
      {"host=h password=pw user=u", "host=h password=** user=u"},
      {"password='p w' user=u", "password='***' user=u"},
      {"PGPASSWORD=pw", "PGPASSWORD=**"},
      {"password=${PW}", "password=${PW}"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(passwords_blotted(c.text), c.expected);
    EXPECT_EQ(holds_password(c.text), std::string(c.text) != c.expected) << c.text;
  }
}

}  // namespace runner
