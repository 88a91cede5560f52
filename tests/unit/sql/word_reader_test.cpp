#include "runner/sql/word_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

TEST(WordReader, TakesWordsAndNamesAndLeavesCommentsOut) {
  WordReader words{"drop /* a */ index -- b\n if exists \"S\".i, j;"};
  EXPECT_FALSE(words.take("CREATE"));
  EXPECT_TRUE(words.take_words("DROP INDEX"));
  EXPECT_FALSE(words.take_words("IF NOT EXISTS"));
  EXPECT_TRUE(words.take_words("IF EXISTS"));
  EXPECT_EQ(words.take_name(), "\"S\".i");
  EXPECT_TRUE(words.take(","));
  EXPECT_EQ(words.take_name(), "j");
  EXPECT_EQ(words.skip(), ";");
  EXPECT_TRUE(words.at_end());
  EXPECT_EQ(words.skip(), "");
}

TEST(WordReader, AQuotedNameIsNoWord) {
  EXPECT_FALSE(WordReader{"\"VACUUM\""}.take("VACUUM"));
}

TEST(WordReader, LeadingWordsEndAtTheFirstSign) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(leading_words("alter\n TABLE only t", 2), (Words{"ALTER", "TABLE"}));
  EXPECT_EQ(leading_words("SELECT 'unterminated", 3), (Words{"SELECT"}));
  EXPECT_EQ(leading_words("(SELECT 1)", 3), Words{});
  EXPECT_EQ(leading_words("", 1), Words{});
}

}  // namespace runner
