#include "runner/migration/row_table.hpp"

#include "runner/migration/sql_excerpt.hpp"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace runner {

TEST(RowTable, AlignsColumnsAndNamesNulls) {
  EXPECT_EQ(row_table({{"id", "name"}, {{"1", "名前"}, {"20", std::nullopt}}}, 10),
            "id | name\n---+-----\n1  | 名前\n20 | NULL\n");
}

TEST(RowTable, ShowsNoMoreRowsThanItsLimit) {
  EXPECT_EQ(row_table({{"n"}, {{"1"}, {"2"}, {"3"}}}, 2), "n\n-\n1\n2\n");
}

TEST(RowTable, KeepsACellOnOneLineAndCutsIt) {
  const std::string table = row_table({{"t"}, {{"a\nb\t" + std::string(100, 'x')}}}, 1);
  EXPECT_NE(table.find("a b " + std::string(25, 'x') + "…\n"), std::string::npos) << table;
}

TEST(RowTable, CountsColumnsThatDoNotFit) {
  Rows rows;
  rows.rows.emplace_back();
  for (int i = 0; i < 9; ++i) {
    rows.columns.push_back("column_" + std::to_string(i));
    rows.rows[0].emplace_back("0123456789");
  }
  const std::string table = row_table(rows, 1, 40);
  EXPECT_NE(table.find("(6 more columns not shown)\n"), std::string::npos) << table;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 40U) << line;
}

}  // namespace runner
