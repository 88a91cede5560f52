#include "runner/migration/row_digest.hpp"

#include "runner/migration/database_state.hpp"
#include "tests/support/test_server.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

class RowDigestTest : public testing::Test {
 protected:
  void run(const std::string& sql) { admin_.query(sql, "prepare"); }
  RowDigests digest() { return digest_rows(admin_, {"public.t", "public.gone"}); }
  /// What is told after `change` was done to the rows of t.
  std::string told(const std::string& change) {
    const RowDigests before = digest();
    run(change);
    std::string text;
    for (const RowDifference& one : compare(before, digest()))
      text += (text.empty() ? "" : "; ") + one.text();
    return text;
  }

  TestDatabase database_;
  Session admin_ = database_.admin();
};

TEST_F(RowDigestTest, SeesWhatWasAltered) {
  run("CREATE TABLE t (id int PRIMARY KEY, a text, b float8, c timestamptz); "
      "INSERT INTO t SELECT n, 'text ' || n, n / 3.0, '2026-01-01'::timestamptz + n * interval '1 day' "
      "FROM generate_series(1, 20) n");
  EXPECT_EQ(told("SELECT 1"), "");
  EXPECT_EQ(told("UPDATE t SET a = 'other' WHERE id = 3"), "public.t.a: 1 of 20 rows have another value");
  EXPECT_EQ(told("UPDATE t SET a = CASE id WHEN 1 THEN 'text 2' ELSE 'text 1' END WHERE id < 3"),
            "public.t.a: 2 of 20 rows have another value");
  EXPECT_EQ(told("UPDATE t SET b = b + 1e-14 WHERE id = 7"), "public.t.b: 1 of 20 rows have another value");
  EXPECT_EQ(told("UPDATE t SET a = '' WHERE id = 5"), "public.t.a: 1 of 20 rows have another value");
  EXPECT_EQ(told("UPDATE t SET a = NULL WHERE id = 5"), "public.t.a: 1 of 20 rows have another value");
  EXPECT_EQ(told("UPDATE t SET c = NULL"), "public.t.c: 20 of 20 rows had a value");
  EXPECT_EQ(told("DELETE FROM t WHERE id = 1"), "public.t: 1 of 20 rows are gone");
  EXPECT_EQ(told("INSERT INTO t VALUES (1)"), "public.t: 1 row more than before");
}

TEST_F(RowDigestTest, SeesSwappedRowsWithoutAKeyOnlyAsWholeRows) {
  run("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 10), (2, 20), (2, 20)");
  EXPECT_EQ(told("UPDATE t SET b = 30 - b WHERE a < 3 AND ctid IN (SELECT min(ctid) FROM t GROUP BY a)"),
            "public.t: 2 of 3 rows differ");
}

TEST_F(RowDigestTest, DoesNotDependOnPlacesAndSettings) {
  run("CREATE TABLE t (id int PRIMARY KEY, a int, at timestamptz, f float8); INSERT INTO t SELECT n, n, "
      "now(), n / 7.0 "
      "FROM generate_series(1, 9) n");
  const RowDigests before = digest();
  run("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET extra_float_digits = -3");
  run("CREATE TABLE copy AS TABLE t; DROP TABLE t; CREATE TABLE t (f float8, at timestamptz, id int PRIMARY "
      "KEY, a int); "
      "INSERT INTO t (id, a, at, f) SELECT id, a, at, f FROM copy ORDER BY id DESC");
  EXPECT_TRUE(compare(before, digest()).empty());
}

TEST_F(RowDigestTest, KnowsEmptyTablesAndOddNames) {
  run("CREATE TABLE t (); CREATE SCHEMA \"Odd\"; CREATE TABLE \"Odd\".\"T t\" (\"key\" int PRIMARY KEY, "
      "\"runner\" text, v "
      "int); INSERT INTO \"Odd\".\"T t\" VALUES (1, 'x', NULL)");
  const RowDigests found = digest_rows(admin_, {"public.t", "\"Odd\".\"T t\"", "public.none"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.at("public.t").rows, 0);
  EXPECT_EQ(found.at("\"Odd\".\"T t\"").columns.at("v").values, 0);
  EXPECT_EQ(found.at("\"Odd\".\"T t\"").columns.at("runner").values, 1);
}

TEST_F(RowDigestTest, SaysThatManyRowsDifferWithoutCountingThem) {
  run("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n, n FROM generate_series(1, 1001) "
      "n");
  EXPECT_EQ(told("UPDATE t SET a = 0 WHERE id = 1"), "public.t.a: values differ");
}

TEST_F(RowDigestTest, ComesWithTheCatalogueInOneLook) {
  run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  Session session = database_.admin();
  DatabaseWatch watch(session, {});
  const DatabaseState first = watch.look({"public.t"});
  EXPECT_EQ(first.rows.at("public.t").rows, 1);
  run("INSERT INTO t VALUES (2); CREATE INDEX other ON t (id)");
  const DatabaseState second = watch.look({"public.t"});
  EXPECT_EQ(second.rows.at("public.t").rows, 2);
  ASSERT_EQ(compare(first.catalogue, second.catalogue).size(), 1U);
  EXPECT_EQ(compare(first.catalogue, second.catalogue).at(0).text(), "index public.other: left over");
  EXPECT_EQ(compare(second.catalogue, snapshot(session)).size(), 0U);
}

}  // namespace runner
