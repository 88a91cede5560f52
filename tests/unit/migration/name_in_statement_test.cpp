#include "runner/migration/name_in_statement.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

/// What stands from the place on; "nowhere" without one.
static std::string found_at(std::string_view message, std::string_view statement) {
  const auto place = name_in_statement(message, statement);
  return place ? std::string(statement.substr(*place)) : "nowhere";
}

TEST(NameInStatement, FindsTheColumnThatACheckOrAnIndexMisspells) {
  EXPECT_EQ(found_at("column \"amuont\" does not exist", "alter table t add check (amuont > 0)"),
            "amuont > 0)");
  EXPECT_EQ(found_at("column \"amuont\" does not exist", "create index amuont on t (lower(AMUONT))"),
            "AMUONT))");
  EXPECT_EQ(found_at("column \"amuont\" does not exist",
                     "alter table t add constraint amuont check (t.amuont > 0)"),
            "amuont > 0)");
}

TEST(NameInStatement, FoldsAsTheServerDoes) {
  EXPECT_EQ(
      found_at("relation \"Users\" already exists", "create table users_x (); create table \"Users\" ()"),
      "\"Users\" ()");
  EXPECT_EQ(found_at("relation \"Users\" already exists", "create table Users ()"), "nowhere");
}

TEST(NameInStatement, FindsAQualifiedName) {
  EXPECT_EQ(found_at("relation \"public.files\" does not exist",
                     "create policy files on storage.objects using (exists (select from public.files))"),
            "public.files))");
}

TEST(NameInStatement, LooksNeitherIntoCommentsNorIntoStrings) {
  EXPECT_EQ(found_at("column \"n\" does not exist", "alter table t /* n */ add check ('n' = n)"), "n)");
  EXPECT_EQ(found_at("schema \"app\" does not exist", "do $$ app $$"), "nowhere");
  EXPECT_EQ(found_at("permission denied for table job", "select job"), "nowhere");
  EXPECT_EQ(found_at("syntax error at or near \"x", "select x"), "nowhere");
}

}  // namespace runner
