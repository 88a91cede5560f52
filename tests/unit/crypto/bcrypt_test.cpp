#include "runner/crypto/bcrypt.hpp"

#include "runner/core/error.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace runner {

static constexpr int quick = 4;

TEST(Bcrypt, HashesInTheFormOfGoTrue) {
  const std::string hash = bcrypt_hash(Secret("correct horse"));
  EXPECT_EQ(hash.size(), 60U);
  EXPECT_TRUE(hash.starts_with("$2b$10$")) << hash;
  EXPECT_TRUE(bcrypt_matches(Secret("correct horse"), hash));
  EXPECT_FALSE(bcrypt_matches(Secret("correct horsf"), hash));
}

TEST(Bcrypt, SaltsEachHashAnew) {
  EXPECT_NE(bcrypt_hash(Secret("same"), quick), bcrypt_hash(Secret("same"), quick));
}

// Made by other implementations: the first is a test vector of OpenBSD's, the second Go's.
TEST(Bcrypt, AgreesWithOtherImplementations) {
  EXPECT_TRUE(bcrypt_matches(Secret("U*U"), "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  EXPECT_TRUE(
      bcrypt_matches(Secret("allmine"), "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"));
}

TEST(Bcrypt, TakesWhatIsNoHashForNoMatch) {
  for (const char* hash : {"", "*0", "$2b$", "plain", "$1$abc$def"})
    EXPECT_FALSE(bcrypt_matches(Secret("plain"), hash)) << hash;
}

TEST(Bcrypt, RefusesPasswordsThatItWouldCut) {
  EXPECT_NO_THROW(bcrypt_hash(Secret(std::string(72, 'x')), quick));
  for (const std::string& bad : {std::string(), std::string(73, 'x'), std::string("a\0b", 3)}) {
    try {
      bcrypt_hash(Secret(bad), quick);
      FAIL() << "it was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      if (!bad.empty()) {
        EXPECT_EQ(error.text().find(bad), std::string::npos);
      }
    }
  }
}

TEST(RandomPassword, HasEachKindOfLetterAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string text = random_password().reveal();
    EXPECT_TRUE(seen.insert(text).second);
    EXPECT_EQ(text.size(), 23U);
    for (const char* letters : {"abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-"})
      EXPECT_NE(text.find_first_of(letters), std::string::npos) << letters;
    EXPECT_EQ(text.find_first_of("0O1lI"), std::string::npos) << text;
  }
}

}  // namespace runner
