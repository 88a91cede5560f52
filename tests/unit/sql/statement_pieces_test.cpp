#include "runner/sql/statement_pieces.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

/// Pieces of `sql` given `step` bytes at a time.
static Texts cut(std::string_view sql, std::size_t step, std::size_t wanted = 1) {
  StatementPieces pieces(wanted);
  Texts texts;
  for (std::size_t at = 0; at <= sql.size(); at += step) {
    pieces.add(sql.substr(at, step));
    if (at + step > sql.size()) pieces.end();
    while (const auto piece = pieces.next()) texts.emplace_back(*piece);
  }
  return texts;
}

static void expect_pieces(const Texts& wanted) {
  std::string sql;
  for (const std::string& piece : wanted) sql += piece;
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, sql.size()})
    EXPECT_EQ(cut(sql, step), wanted) << step;
}

TEST(StatementPieces, EndAtSemicolonsOutsideOfQuotesAndComments) {
  expect_pieces(
      {"SELECT 1;", "\nSELECT ';''; ', E'\\';', \"a;b\";", " -- ;\n /* ; /* ; */ ; */ SELECT 2;", "\n"});
  expect_pieces({"SELECT 1/*/;*/;", "SELECT $$;$$, $tag$;$$;$tag$, $1;", "SELECT a$b$;", "SELECT 2"});
  expect_pieces({"SELECT '\\';", "SELECT U&'\\';", "SELECT 1 - - 2;"});
}

TEST(StatementPieces, KeepBodiesAndRulesWhole) {
  expect_pieces(
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
       " SELECT 3;"});
  expect_pieces({"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);", "SELECT 3;"});
}

TEST(StatementPieces, AreAsLongAsWanted) {
  std::string sql;
  for (int i = 0; i < 100; ++i) sql += "SELECT " + std::to_string(i) + ";\n";
  const Texts pieces = cut(sql, 7, 200);
  EXPECT_EQ(pieces.size(), 6U);
  std::string whole;
  for (const std::string& piece : pieces) whole += piece;
  EXPECT_EQ(whole, sql);
}

TEST(StatementPieces, CountTheLinesBeforeThem) {
  StatementPieces pieces(1);
  pieces.add("SELECT 1;\n\nSELECT\n2;\nSELECT 3;");
  pieces.end();
  std::vector<std::size_t> lines;
  while (pieces.next()) lines.push_back(pieces.lines_before());
  EXPECT_EQ(lines, (std::vector<std::size_t>{0, 0, 3}));
}

TEST(StatementPieces, TellTransactionControl) {
  const auto control = [](std::string_view sql) {
    StatementPieces pieces(1 << 20);
    pieces.add(sql);
    pieces.end();
    pieces.next();
    return pieces.transaction_control();
  };
  EXPECT_EQ(control("SELECT 1; -- x\n commit;"), 16U);
  EXPECT_EQ(control("BEGIN; SELECT 1"), 0U);
  EXPECT_EQ(control("/* a */ ROLLBACK;"), 8U);
  EXPECT_EQ(control("SELECT 'COMMIT'; CREATE TABLE t (commit int); DO $$ BEGIN END $$;"), std::nullopt);
}

}  // namespace runner
