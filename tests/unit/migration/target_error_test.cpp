#include "runner/migration/target_error.hpp"

#include <gtest/gtest.h>

namespace runner {

static std::string hint_for(const std::string& sqlstate, const std::string& message) {
  return target_error({.sqlstate = sqlstate, .message = message}, "apply 1_a", {}, nullptr).advice();
}

TEST(TargetError, SaysWhatToDoWhereTheServerIsInTrouble) {
  EXPECT_EQ(hint_for("53100", "could not extend file: No space left on device"),
            "free disk space where the server keeps its data");
  // As PostgreSQL's libpqwalreceiver words it.
  EXPECT_NE(hint_for("08P01",
                     "could not create replication slot \"s\": ERROR:  replication slot \"s\" already exists")
                .find("pg_drop_replication_slot"),
            std::string::npos);
  EXPECT_EQ(hint_for("08P01", "invalid message"), "");
}

TEST(TargetError, KeepsValuesOfRowsToItself) {
  const SqlError told = without_data({.sqlstate = "22P02",
                                      .message = "invalid input syntax: \"0812\"",
                                      .detail = "0812",
                                      .context = "0812"});
  EXPECT_EQ(told.message.find("0812"), std::string::npos);
  EXPECT_EQ(told.detail + told.context, "");
  EXPECT_EQ(without_data({.sqlstate = "42P01", .message = "no table", .detail = "x"}).message, "no table");
}

}  // namespace runner
