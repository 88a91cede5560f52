#include "runner/sql/statement.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::vector<std::string> texts(std::string_view sql) {
  std::vector<std::string> found;
  const SplitResult result = split_statements(sql);
  EXPECT_TRUE(result.problems.empty()) << result.problems.front().message;
  for (const Statement& statement : result.statements) found.emplace_back(statement.text);
  return found;
}

using Texts = std::vector<std::string>;

TEST(SplitStatements, CutsAtSemicolonsOutsideQuotesAndComments) {
  EXPECT_EQ(texts("SELECT 'a;b'; SELECT \"c;d\" /* ; /* ; */ ; */; SELECT 1 -- ;\n; SELECT $x$;$x$"),
            (Texts{"SELECT 'a;b'", "SELECT \"c;d\"", "SELECT 1", "SELECT $x$;$x$"}));
}

TEST(SplitStatements, KeepsBackslashEscapesTogether) {
  EXPECT_EQ(texts(R"(SELECT E'it\'s; x'; SELECT 2)"), (Texts{R"(SELECT E'it\'s; x')", "SELECT 2"}));
}

TEST(SplitStatements, KeepsUnicodeEscapedStringsWhole) {
  EXPECT_EQ(texts("SELECT U&'d!0061t' UESCAPE '!'; SELECT U&'x'"),
            (Texts{"SELECT U&'d!0061t' UESCAPE '!'", "SELECT U&'x'"}));
}

TEST(SplitStatements, KeepsAtomicBodiesWhole) {
  const std::string body =
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
  EXPECT_EQ(texts(body + "; SELECT 3"), (Texts{body, "SELECT 3"}));
}

TEST(SplitStatements, LetsTheParserDecideWhereAColumnIsCalledEnd) {
  const std::string body = "CREATE PROCEDURE p() BEGIN ATOMIC SELECT 1 AS end; SELECT 2 AS case; END";
  EXPECT_EQ(texts(body + "; SELECT 3"), (Texts{body, "SELECT 3"}));
}

TEST(SplitStatements, KeepsAtomicBodiesWholeBesideAStatementThatTheParserRefuses) {
  const std::string body =
      "CREATE PROCEDURE p() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
  EXPECT_EQ(texts("SELEC 1; " + body + "; SELECT 3"), (Texts{"SELEC 1", body, "SELECT 3"}));
}

TEST(SplitStatements, KeepsTheActionsOfARuleTogether) {
  const std::string rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)";
  EXPECT_EQ(texts(rule + "; SELECT 1;"), (Texts{rule, "SELECT 1"}));
}

TEST(SplitStatements, DoesNotTakeBeginForABody) {
  EXPECT_EQ(texts("BEGIN; SELECT 1; END; SELECT 2"), (Texts{"BEGIN", "SELECT 1", "END", "SELECT 2"}));
}

TEST(SplitStatements, CutsStatementsWithMistakesForTheServerToTell) {
  EXPECT_EQ(texts("CREATE TABEL t (); SELECT 1"), (Texts{"CREATE TABEL t ()", "SELECT 1"}));
}

TEST(SplitStatements, DropsEmptyStatements) {
  EXPECT_EQ(texts(";; -- nothing\n; SELECT 1;;/* x */;"), (Texts{"SELECT 1"}));
  EXPECT_TRUE(texts("").empty());
  EXPECT_TRUE(texts("-- only a comment").empty());
  EXPECT_TRUE(texts("\xEF\xBB\xBF").empty());
}

TEST(SplitStatements, SkipsAByteOrderMarkAndCountsIt) {
  const SplitResult result = split_statements("\xEF\xBB\xBFSELECT 1");
  ASSERT_EQ(result.statements.size(), 1U);
  EXPECT_EQ(result.statements[0].text, "SELECT 1");
  EXPECT_EQ(result.statements[0].offset, 3U);
}

TEST(SplitStatements, GivesByteOffsetsAfterWideCharacters) {
  const std::string sql = "-- ééé\nSELECT 'ü';\r\n  SELECT 2;";
  const SplitResult result = split_statements(sql);
  ASSERT_EQ(result.statements.size(), 2U);
  EXPECT_EQ(sql.substr(result.statements[0].offset, 6), "SELECT");
  EXPECT_EQ(sql.substr(result.statements[1].offset), "SELECT 2;");
}

TEST(SplitStatements, KeepsLeadingCommentsInTheWholeText) {
  const SplitResult result = split_statements("-- why\nSELECT 1 /* what */;\n\n-- more\nSELECT 2\n-- end\n");
  ASSERT_EQ(result.statements.size(), 2U);
  EXPECT_EQ(result.statements[0].whole, "-- why\nSELECT 1 /* what */");
  EXPECT_EQ(result.statements[0].text, "SELECT 1");
  EXPECT_EQ(result.statements[1].whole, "-- more\nSELECT 2\n-- end");
}

/// Texts of many kilobytes are scanned in portions, which end where a statement seems to end.
TEST(SplitStatements, IsTheSameForLargeTexts) {
  const std::string filler(40'000, 'x');
  Texts statements;
  std::string all;
  for (int i = 0; i < 400; ++i) {
    const std::string number = std::to_string(i);
    statements.push_back("INSERT INTO t VALUES (" + number + ", 'it''s;\nDROP TABLE é', \"a;\nb\")");
    statements.push_back("DO $b" + number + "$ BEGIN\nPERFORM 1;\nPERFORM ',' || " + number + ";\nEND; $b" +
                         number + "$");
    statements.push_back("SELECT /* ;\n /* ;\n */ ;\nx */ E'\\';\nx' 'y'\n ';\nz', " + number);
    if (i % 100 == 0) statements.push_back("SELECT '" + filler + ";\n" + filler + "', $$" + filler + ";\n$$");
  }
  for (const std::string& statement : statements) all += statement + ";\n";
  EXPECT_EQ(texts(all), statements);
  const SplitResult broken = split_statements(all + "SELECT 'é");
  ASSERT_EQ(broken.problems.size(), 1U);
  EXPECT_EQ(broken.problems[0].offset, all.size() + 7);
  EXPECT_EQ(broken.problems[0].message, "unterminated quoted string");
}

struct Unsplittable {
  std::string_view sql;
  std::string_view rule;
  std::size_t offset;
  std::string_view message;
};

class SplitProblems : public testing::TestWithParam<Unsplittable> {};

TEST_P(SplitProblems, SayWhereAndWhat) {
  const SplitResult result = split_statements(GetParam().sql);
  ASSERT_EQ(result.problems.size(), 1U) << GetParam().sql;
  EXPECT_EQ(result.problems[0].rule, GetParam().rule);
  EXPECT_EQ(result.problems[0].offset, GetParam().offset) << GetParam().sql;
  EXPECT_EQ(result.problems[0].message, GetParam().message);
  EXPECT_TRUE(result.statements.empty());
}

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Table, SplitProblems,
    testing::Values(
        Unsplittable{"SELECT 1; SELECT 'é", "unreadable-sql", 17, "unterminated quoted string"},
        Unsplittable{"-- ü\nSELECT \"a", "unreadable-sql", 13, "unterminated quoted identifier"},
        Unsplittable{"SELECT 1 /* x", "unreadable-sql", 9, "unterminated /* comment"},
        Unsplittable{"DO $a$ x $b$", "unreadable-sql", 3, "unterminated dollar-quoted string"},
        Unsplittable{"SELECT \"\"", "unreadable-sql", 7, "zero-length delimited identifier"},
        Unsplittable{"\xEF\xBB\xBFSELECT 'a", "unreadable-sql", 10, "unterminated quoted string"},
        Unsplittable{"SELECT 1;\n\\set x 1\n", "psql-command", 10, "\\set is a command of psql, not SQL"},
        Unsplittable{"\\echo it's\nSELECT 1;", "psql-command", 0, "\\echo is a command of psql, not SQL"},
        Unsplittable{"SELECT 'x' \\gset", "psql-command", 11, "\\gset is a command of psql, not SQL"},
        Unsplittable{"SELECT 1;\nCOPY t (a) FROM stdin;\n1\t\\N\n\\.\n", "copy-from-stdin", 10,
                     "COPY … FROM STDIN takes its rows from psql, not from SQL"},
        Unsplittable{"COPY t FROM STDIN;\nit's\n\\.\n", "copy-from-stdin", 0,
                     "COPY … FROM STDIN takes its rows from psql, not from SQL"},
        Unsplittable{"SELECT '\xE9'"sv, "not-utf-8", 8, "byte 0xE9 is not valid UTF-8"},
        Unsplittable{"\xFF\xFES\0E\0"sv, "not-utf-8", 0, "the file is UTF-16, not UTF-8"},
        Unsplittable{"SELECT 1\0;"sv, "nul-byte", 8, "a NUL byte, which no SQL text can hold"}));

TEST(SplitStatements, ReportsEachPsqlCommandOnce) {
  const SplitResult result = split_statements("\\restrict aBc\\d\nSELECT 1;\n\\unrestrict aBc\n");
  ASSERT_EQ(result.problems.size(), 2U);
  EXPECT_EQ(result.problems[0].hint, "Remove the line: pg_dump writes it for psql alone.");
  EXPECT_EQ(result.problems[1].message, "\\unrestrict is a command of psql, not SQL");
}

TEST(SplitStatements, LeavesBackslashLinesWithinQuotesAlone) {
  EXPECT_EQ(texts("SELECT '\n\\set x\n'; SELECT 2").size(), 2U);
  const SplitResult result = split_statements("SELECT '\n\\set x\n");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].rule, "unreadable-sql");
}

}  // namespace runner
