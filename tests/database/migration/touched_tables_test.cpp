#include "runner/migration/touched_tables.hpp"

#include "tests/support/test_server.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace runner {

class TouchedTablesTest : public testing::Test {
 protected:
  void run(const std::string& sql) { session_.query(sql, "prepare"); }
  TouchedTables touched(std::string_view up, std::string_view down = "SELECT 1") {
    const std::array ups{up};
    const std::array downs{down};
    TouchedTables found = touched_tables(ups, downs, session_, "supabase_migrations");
    EXPECT_EQ(session_.state(), TransactionState::idle);
    return found;
  }
  std::string names(std::string_view up, std::string_view down = "SELECT 1") {
    return fmt::format("{}", fmt::join(touched(up, down).before, " "));
  }

  TestDatabase database_;
  Session session_ = database_.session();
};

TEST_F(TouchedTablesTest, AreThoseThatAreLocked) {
  run("CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE b (n int REFERENCES a); CREATE TABLE c (n int)");
  EXPECT_EQ(names("ALTER TABLE b ADD COLUMN m int"), "public.b");
  EXPECT_EQ(names("DROP TABLE a CASCADE"), "public.a public.b");
  EXPECT_EQ(names("DO $$ BEGIN EXECUTE 'UPDATE ' || 'c SET n = 1'; END $$"), "public.c");
  EXPECT_EQ(names("CREATE TABLE d AS SELECT n FROM c", "DELETE FROM a; DROP TABLE d"), "public.a public.c");
  EXPECT_EQ(names("CREATE TABLE d (n int)", "DROP TABLE d"), "");
}

TEST_F(TouchedTablesTest, HaveTheShapesThatTheMigrationsMake) {
  run("CREATE TABLE a (n int NOT NULL)");
  const TouchedTables found =
      touched("ALTER TABLE a ALTER n TYPE bigint, ALTER n DROP NOT NULL; CREATE TABLE b (m text)",
              "DROP TABLE b; ALTER TABLE a ALTER n TYPE int, ALTER n SET NOT NULL");
  ASSERT_NE(found.after.table("public.a"), nullptr);
  EXPECT_FALSE(found.after.table("public.a")->columns.at(0).not_null);
  EXPECT_EQ(found.after.types.at(found.after.table("public.a")->columns.at(0).type).name, "int8");
  EXPECT_NE(found.after.table("public.b"), nullptr);
  EXPECT_TRUE(session_.query("SELECT 1 WHERE to_regclass('b') IS NOT NULL", "look").rows.empty());
}

TEST_F(TouchedTablesTest, AreNamedWhereNothingCanBeRehearsed) {
  run("CREATE TABLE a (n int); CREATE INDEX a_n ON a (n); CREATE SCHEMA s; CREATE TABLE s.\"B b\" (n int)");
  EXPECT_EQ(names("CREATE INDEX CONCURRENTLY x ON s.\"B b\" (n)"), "s.\"B b\"");
  EXPECT_EQ(names("DROP INDEX CONCURRENTLY a_n"), "public.a");
  EXPECT_EQ(names("SELECT 1 FROM a; COMMIT; SELECT 2"), "public.a");
  EXPECT_EQ(names("ALTER TABLE a ADD COLUMN m intt"), "public.a");
}

TEST_F(TouchedTablesTest, LeaveSequencesAsTheyWere) {
  run("CREATE TABLE a (id serial); CREATE TABLE b (id serial); INSERT INTO b DEFAULT VALUES");
  touched("INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES");
  run("INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES");
  EXPECT_EQ(session_.query("SELECT max(a.id) || ' ' || max(b.id) FROM a, b", "look").rows.at(0).at(0), "1 2");
}

TEST_F(TouchedTablesTest, KeepTheLocksOfUpsWhereARollbackIsRefused) {
  run("CREATE TABLE a (n int)");
  EXPECT_EQ(names("ALTER TABLE a ADD COLUMN m int", "DROP TABLE nothing"), "public.a");
}

}  // namespace runner
