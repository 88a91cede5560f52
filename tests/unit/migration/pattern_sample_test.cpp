#include "runner/migration/pattern_sample.hpp"

#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace runner {

TEST(PatternSample, MatchesThePatternAndVaries) {
  for (const char* pattern :
       {"^[a-z]+$", "^[0-9]{4}-[0-9]{2}$", "^(PT|CV|UD) [A-Z]{3}$", "^[^@ ]+@[^@ ]+\\.[a-z]{2,}$",
        "^\\d{3,5}x?$", "^\\+?[1-9]\\d{1,14}$", "^[A-Za-z0-9_-]{38,}={0,2}$", "^#[0-9a-fA-F]{6}$",
        "^(?:ab|cd){2}$", "^[[:alpha:]][[:alnum:]_]*$", "^([0-9]{2}\\.[0-9]{3}|[0-9]{16})$", "a.c",
        "^(a(b|c)d)*e$"}) {
    SCOPED_TRACE(pattern);
    const std::regex expression(pattern);
    for (std::size_t number = 0; number < 50; ++number) {
      const auto sample = pattern_sample(pattern, number);
      ASSERT_TRUE(sample);
      EXPECT_TRUE(std::regex_search(*sample, expression)) << *sample;
    }
  }
  std::set<std::string> different;
  for (std::size_t number = 0; number < 40; ++number)
    different.insert(*pattern_sample("^[A-Z]{2}[0-9]{2}$", number));
  EXPECT_EQ(different.size(), 40U);
}

TEST(PatternSample, GivesUpOnWhatItDoesNotKnow) {
  for (const char* pattern : {"^(?=.*[0-9]).+$", "^(a)\\1$", "(", "[a", "a{", "a{9999999}", "\\"})
    EXPECT_FALSE(pattern_sample(pattern, 1)) << pattern;
}

}  // namespace runner
