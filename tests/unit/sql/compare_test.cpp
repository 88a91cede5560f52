#include "runner/sql/statement.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(SameTokens, IgnoresLayoutCommentsAndCaseOfWords) {
  EXPECT_TRUE(same_tokens("select 1;", "-- why\nSELECT\r\n\t1 /* x */ ;;"));
  EXPECT_TRUE(same_tokens("CREATE TABLE Foo (A int)", "create table foo(a INT);"));
  EXPECT_TRUE(same_tokens("\xEF\xBB\xBFSELECT 1", "SELECT 1"));
  EXPECT_TRUE(same_tokens("DO $$\r\nBEGIN\r\nEND $$", "DO $$\nBEGIN\nEND $$"));
  EXPECT_TRUE(same_tokens("", "-- nothing"));
}

TEST(SameTokens, SeesAnyOtherDifference) {
  EXPECT_FALSE(same_tokens("SELECT 1", "SELECT 2"));
  EXPECT_FALSE(same_tokens("SELECT 1", "SELECT 1; SELECT 1"));
  EXPECT_FALSE(same_tokens("SELECT 'a'", "SELECT 'A'"));
  EXPECT_FALSE(same_tokens("SELECT \"a\"", "SELECT \"A\""));
  EXPECT_FALSE(same_tokens("SELECT 1; SELECT 2", "SELECT 1 SELECT 2"));
  EXPECT_FALSE(same_tokens("DO $$ x $$", "DO $$ X $$"));
  EXPECT_FALSE(same_tokens("SELECT U&'a' UESCAPE '!'", "SELECT U&'b' UESCAPE '!'"));
}

TEST(SameTokens, ComparesTextsThatCannotBeScannedAsTheyAre) {
  EXPECT_TRUE(same_tokens("SELECT 'a", "  SELECT 'a\n"));
  EXPECT_FALSE(same_tokens("SELECT 'a", "SELECT 'b"));
  EXPECT_FALSE(same_tokens("SELECT '\xFF'", "SELECT 'a'"));
  EXPECT_TRUE(same_tokens("SELECT '\xFF'", "SELECT '\xFF'"));
}

TEST(Normalized, LeavesNoConstantIn) {
  EXPECT_EQ(normalized("UPDATE t SET a = 'secret', b = -1.5 WHERE c = E'x\\'y' -- secret\n AND d = $$z$$"),
            "UPDATE t SET a = $1, b = -$2 WHERE c = $3 AND d = $4");
  EXPECT_EQ(normalized("COMMENT ON TABLE t IS 'secret'; ALTER ROLE r PASSWORD 'secret'"),
            "COMMENT ON TABLE t IS $1; ALTER ROLE r PASSWORD $2");
}

TEST(Normalized, EndsWhereAConstantWasCutOff) {
  EXPECT_EQ(normalized("INSERT INTO t VALUES (1, 'secr"), "INSERT INTO t VALUES ($1, …");
  EXPECT_EQ(normalized("/* secr"), "…");
}

TEST(Normalized, ShowsNothingOfWhatCannotBeRead) {
  EXPECT_EQ(normalized("SELECT 'a\xFF'"), "[not parsed]");
}

}  // namespace runner
