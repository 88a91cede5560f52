#include "runner/sql/relations.hpp"

#include <gtest/gtest.h>

namespace runner {

static std::string names(std::string_view statement) {
  std::string text;
  for (const RelationName& one : relations_of(statement))
    text += (text.empty() ? "" : " ") + (one.schema.empty() ? "" : one.schema + ".") + one.name;
  return text;
}

TEST(RelationsOf, AStatementAreFoundWhereverTheyStand) {
  EXPECT_EQ(names("ALTER TABLE a ADD COLUMN n int REFERENCES s.b"), "a s.b");
  EXPECT_EQ(names("CREATE INDEX CONCURRENTLY i ON a (n)"), "a");
  EXPECT_EQ(names("DROP INDEX CONCURRENTLY s.i, j"), "s.i j");
  EXPECT_EQ(
      names(
          "WITH w AS (DELETE FROM a RETURNING n) INSERT INTO b SELECT n FROM w WHERE n IN (SELECT m FROM c)"),
      "b w c a");
  EXPECT_EQ(names("UPDATE a SET n = (SELECT max(n) FROM \"B b\")"), "a B b");
  EXPECT_EQ(names("TRUNCATE a, b"), "a b");
  EXPECT_EQ(names("DROP FUNCTION f(int)"), "");
  EXPECT_EQ(names("ALTER TABEL a"), "");
}

}  // namespace runner
