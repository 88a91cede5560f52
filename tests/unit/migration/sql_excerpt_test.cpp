#include "runner/migration/sql_excerpt.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace runner {

static std::string excerpt(const std::string& sql, const std::string& marked, std::size_t width = 78) {
  return sql_excerpt(sql, {0, sql.size(), sql.find(marked)}, width);
}

TEST(SqlExcerpt, PutsACaretBelowTheMark) {
  EXPECT_EQ(excerpt("SELECT amuont\nFROM t", "amuont"),
            "1 | SELECT amuont\n"
            "  |        ^\n"
            "2 | FROM t\n");
}

TEST(SqlExcerpt, KeepsTheFirstLineOfALongStatement) {
  EXPECT_EQ(
      excerpt("CREATE TABLE t (\n a int,\n b int,\n c int,\n d int,\n e int,\n f intt,\n g int,\n h int\n)",
              "intt"),
      "1 | CREATE TABLE t (\n"
      "  …\n"
      "4 |  c int,\n"
      "5 |  d int,\n"
      "6 |  e int,\n"
      "7 |  f intt,\n"
      "  |    ^\n"
      "8 |  g int,\n"
      "9 |  h int\n");
}

TEST(SqlExcerpt, ShowsOnlyTheStatement) {
  const std::string sql = "SELECT 1;\nSELECT x;\nSELECT 3;\n";
  EXPECT_EQ(sql_excerpt(sql, {10, 18, 17}), "2 | SELECT x;\n  |        ^\n");
  EXPECT_EQ(sql_excerpt(sql, {10, 18, {}}), "2 | SELECT x;\n");
}

TEST(SqlExcerpt, StaysBelowItsMarkAfterTabsWideAndCombiningCharacters) {
  EXPECT_EQ(excerpt("\t名前 e\xCC\x81 x", "x"), "1 |     名前 e\xCC\x81 x\n  |            ^\n");
}

TEST(SqlExcerpt, TakesNoNoticeOfByteOrderMarksAndCarriageReturns) {
  EXPECT_EQ(excerpt("\xEF\xBB\xBFSELECT x;\r\nSELECT 2;\r\n", "x"),
            "1 | SELECT x;\n  |        ^\n2 | SELECT 2;\n");
}

TEST(SqlExcerpt, MarksTheEndOfTheText) {
  const std::string sql = "SELECT (1";
  EXPECT_EQ(sql_excerpt(sql, {0, sql.size(), sql.size()}), "1 | SELECT (1\n  |          ^\n");
}

TEST(SqlExcerpt, CutsLongLinesAroundTheMark) {
  const std::string sql = "SELECT " + std::string(300, 'a') + ", wrong, " + std::string(300, 'b');
  const std::string shown = excerpt(sql, "wrong", 60);
  std::istringstream lines(shown);
  std::string line;
  std::string caret;
  std::getline(lines, line);
  std::getline(lines, caret);
  EXPECT_LE(display_width(line), 60U);
  EXPECT_NE(line.find("wrong"), std::string::npos);
  const std::string before = line.substr(0, line.find("wrong"));
  EXPECT_EQ(display_width(before), caret.find('^'));
}

TEST(SqlExcerpt, SurvivesBytesThatAreNoText) {
  EXPECT_EQ(excerpt("SELECT '\xE9\x1b[31m' x", "x"), "1 | SELECT '\xEF\xBF\xBD' x\n  |            ^\n");
}

}  // namespace runner
