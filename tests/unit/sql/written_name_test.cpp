#include "runner/sql/written_name.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(WrittenName, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(written_name("clients"), "clients");
  EXPECT_EQ(written_name("a_1"), "a_1");
  EXPECT_EQ(written_name("user"), "\"user\"");
  EXPECT_EQ(written_name("Clients"), "\"Clients\"");
  EXPECT_EQ(written_name("1a"), "\"1a\"");
  EXPECT_EQ(written_name("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
  EXPECT_EQ(written_name("größe"), "\"größe\"");
  EXPECT_EQ(written_name(""), "\"\"");
}

TEST(WrittenLiteral, DoublesQuotesAndEscapesBackslashes) {
  EXPECT_EQ(written_literal("PT Maju"), "'PT Maju'");
  EXPECT_EQ(written_literal("it's"), "'it''s'");
  EXPECT_EQ(written_literal("a\\'b"), " E'a\\\\''b'");
  EXPECT_EQ(written_literal(""), "''");
}

}  // namespace runner
