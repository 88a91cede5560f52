#include "stages/query/query.hpp"

#include "runner/core/error.hpp"
#include "tests/database/stages/step_call.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace runner {

static Outcome on_shadow(StepCall& call, const std::string& sql) {
  call.options.set("sql", sql);
  return call.run(query);
}

static Outcome on_target(const TestDatabase& database, const std::string& sql) {
  StepCall call;
  call.target = database.session();
  call.options.set("sql", sql);
  call.options.set("on", std::string("target"));
  const Outcome outcome = call.run(query);
  EXPECT_EQ(call.target->state(), TransactionState::idle);
  return outcome;
}

static std::string usage_error(StepCall& call) {
  try {
    call.run(query);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.message();
  }
  return "no error";
}

TEST(Query, PassesWithoutRows) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  const Outcome outcome = on_shadow(call, "SELECT * FROM a;");
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary, "no rows, as expected");
}

TEST(Query, ShowsTheRowsOfAShadow) {
  StepCall call;
  call.options.set("limit", std::int64_t{2});
  call.options.set("message", std::string("tables without a comment"));
  const Outcome outcome = on_shadow(call, "SELECT n, 'x' AS name FROM generate_series(1, 1000000) n");
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].message, "tables without a comment (1000000 rows)");
  EXPECT_EQ(outcome.findings[0].detail, "n | name\n--+-----\n1 | x\n2 | x\n(999998 more rows not shown)\n");
  EXPECT_TRUE(outcome.failed());
}

TEST(Query, OnlyWarnsWhenAskedTo) {
  StepCall call;
  call.options.set("severity", std::string("warning"));
  const Outcome outcome = on_shadow(call, "SELECT 1");
  EXPECT_EQ(outcome.findings.size(), 1U);
  EXPECT_FALSE(outcome.failed());
}

TEST(Query, AsksEachQueryOfAFileAndPlacesItsFindings) {
  StepCall call;
  write_file(call.folder / "checks.sql",
             "-- one\nSELECT 1 WHERE false;\nSELECT 2;\nSELECT 3, nope;\nSELECT 4;\n");
  call.options.set("file", std::string("checks.sql"));
  const Outcome outcome = call.run(query);
  ASSERT_EQ(outcome.findings.size(), 2U);
  EXPECT_EQ(outcome.findings[0].place.str(), "checks.sql:3:1");
  EXPECT_EQ(outcome.findings[1].place.str(), "checks.sql:4:11");
  EXPECT_EQ(outcome.findings[1].message, "column \"nope\" does not exist");
  EXPECT_EQ(outcome.cases.at(0).name, "checks.sql");
}

TEST(Query, ShowsNoRowsOfATarget) {
  const TestDatabase database;
  database.session().query("CREATE TABLE t AS SELECT 'alice@example.com' AS mail", "prepare");
  const Outcome outcome = on_target(database, "SELECT mail FROM t");
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].text().find("alice"), std::string::npos);
  EXPECT_EQ(outcome.findings[0].message, "the query returned 1 row, and should return none");
}

TEST(Query, ShowsNoDataOfATargetInErrors) {
  const TestDatabase database;
  database.session().query(
      "CREATE TABLE t AS SELECT 'alice@example.com' AS mail;"
      "CREATE FUNCTION f(text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', $1; END'",
      "prepare");
  for (const char* sql : {"SELECT mail::int FROM t", "SELECT f(mail) FROM t"}) {
    const Outcome outcome = on_target(database, sql);
    ASSERT_EQ(outcome.findings.size(), 1U) << sql;
    EXPECT_EQ(outcome.findings[0].text().find("alice"), std::string::npos) << outcome.findings[0].text();
  }
}

TEST(Query, CannotWriteOrLeaveItsTransaction) {
  const TestDatabase database;
  Session look = database.session();
  look.query("CREATE TABLE t (n int); CREATE SEQUENCE s", "prepare");
  look.query("CREATE FUNCTION w() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1); SELECT 1'",
             "prepare");
  // Read by servers with this setting, the last text would be three statements.
  look.query("ALTER ROLE CURRENT_USER SET standard_conforming_strings = off", "prepare");
  for (const char* sql :
       {"DROP TABLE t", "COMMIT; DROP TABLE t", "SELECT w()", "SELECT nextval('s')",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING n) SELECT n FROM x", "SELECT 1 INTO u",
        "SET TRANSACTION READ WRITE", R"(SELECT '\'' ; COMMIT; DROP TABLE t; --')"})
    EXPECT_TRUE(on_target(database, sql).failed()) << sql;
  EXPECT_EQ(look.query("SELECT count(*) FROM t", "look").rows.at(0).at(0), "0");
  look.query("ALTER ROLE CURRENT_USER RESET standard_conforming_strings", "clean up");
}

TEST(Query, EndsAQueryThatRunsTooLong) {
  StepCall call;
  call.options.set("timeout", std::chrono::milliseconds(100));
  const Outcome outcome = on_shadow(call, "SELECT pg_sleep(600)");
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_NE(outcome.findings[0].detail.find("SQLSTATE 57014"), std::string::npos);
}

TEST(Query, WantsExactlyOneQuery) {
  StepCall none;
  EXPECT_EQ(usage_error(none), "step 'query' has neither 'sql' nor 'file'");
  StepCall both;
  both.options.set("sql", std::string("SELECT 1"));
  both.options.set("file", std::string("x.sql"));
  EXPECT_EQ(usage_error(both), "step 'query' has both 'sql' and 'file'");
  StepCall empty;
  empty.options.set("sql", std::string("-- nothing"));
  EXPECT_EQ(usage_error(empty), "option 'sql' of step 'query' holds no query");
  StepCall no_target;
  no_target.options.set("sql", std::string("SELECT 1"));
  no_target.options.set("on", std::string("target"));
  EXPECT_EQ(usage_error(no_target), "step 'query' asks the target, but there is none");
}

}  // namespace runner
