#include "tests/database/stages/round_trip_call.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(RoundTrip, ProvesRollbacksThatRestoreTheSchema) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int PRIMARY KEY);", "DROP TABLE IF EXISTS a;");
  call.pair("2", "CREATE INDEX a_n ON a (n);", "DROP INDEX IF EXISTS a_n;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error), "");
  ASSERT_EQ(outcome.cases.size(), 2U);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::passed);
  EXPECT_EQ(outcome.summary.find("the way back of 2 migrations is proven on embedded PostgreSQL "), 0U)
      << outcome.summary;
  ASSERT_EQ(outcome.facts.size(), 2U);
  EXPECT_EQ(outcome.facts[0].topic, topic::way_back);
}

TEST(RoundTrip, TellsWhatARollbackLeavesObjectByObject) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int); CREATE INDEX a_n ON a (n); CREATE TYPE mood AS ENUM ('x');",
            "DROP INDEX IF EXISTS a_n;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error),
            "rollback-not-inverse 1_x: after the rollback, table public.a: left over\n"
            "rollback-not-inverse 1_x: after the rollback, type public.mood: left over\n");
  EXPECT_EQ(outcome.findings[0].place.path, "rollbacks/1_x.rollback.sql");
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::failed);
}

TEST(RoundTrip, GoesOnFromWhatTheMigrationMakesAfterAWrongRollback) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "CREATE TABLE IF NOT EXISTS leftover (n int);");
  call.pair("2", "CREATE TABLE leftover (m int);", "DROP TABLE IF EXISTS leftover;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::failed);
  EXPECT_EQ(outcome.cases.at(1).status, CaseStatus::passed);
}

TEST(RoundTrip, GoesOnAfterAMigrationThatMakesRoles) {
  RoundTripCall call;
  call.pair("1", "CREATE ROLE reader; CREATE ROLE writer;", "DROP ROLE IF EXISTS reader;");
  call.pair("2", "CREATE TABLE a (n int); GRANT SELECT ON a TO reader;", "DROP TABLE IF EXISTS a;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error),
            "rollback-not-inverse 1_x: after the rollback, role writer: left over\n");
  EXPECT_EQ(outcome.cases.at(1).status, CaseStatus::passed);
}

TEST(RoundTrip, KeepsSettingsAndPrivilegesOfTheDatabase) {
  RoundTripCall call;
  call.pair("1",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app, public', "
            "current_database()); EXECUTE format('COMMENT ON DATABASE %I IS ''ours''', current_database()); "
            "EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); "
            "EXECUTE format('COMMENT ON DATABASE %I IS ''default administrative connection database''', "
            "current_database()); "
            "EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$;");
  call.pair("2", "CREATE SCHEMA app;", "DROP SCHEMA IF EXISTS app;");
  call.pair(
      "3",
      "DO $$ BEGIN ASSERT current_schemas(false) = '{app,public}'; "
      "ASSERT NOT has_database_privilege('pg_monitor', current_database(), 'CONNECT'); "
      "ASSERT (SELECT description = 'ours' FROM pg_shdescription d JOIN pg_database b ON b.oid = d.objoid "
      "WHERE datname = current_database()); END $$;",
      "SELECT 1;");
  EXPECT_EQ(told(call.tried(), Severity::error), "");
}

TEST(RoundTrip, StopsAtAMigrationThatIsRefused) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n integr);", "DROP TABLE IF EXISTS a;");
  call.pair("2", "CREATE TABLE b (n int);", "DROP TABLE IF EXISTS b;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome), "sql-refused 1_x: type \"integr\" does not exist\n");
  EXPECT_EQ(outcome.cases.at(1).status, CaseStatus::skipped);
  EXPECT_EQ(outcome.cases.at(1).text, "not tried, because 1_x was refused");
}

TEST(RoundTrip, SkipsAMigrationWithoutRollback) {
  RoundTripCall call;
  call.pending("1", "x", "CREATE TABLE a (n int);");
  call.pair("2", "ALTER TABLE a ADD COLUMN m int;", "ALTER TABLE a DROP COLUMN IF EXISTS m;");
  const Outcome outcome = call.tried();
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::skipped);
  EXPECT_EQ(outcome.cases.at(0).text, "1_x has no rollback");
  EXPECT_NE(outcome.summary.find("; 1 migration without rollback"), std::string::npos) << outcome.summary;
}

TEST(RoundTrip, TriesAReleaseAsAGroup) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "DROP TABLE IF EXISTS a;");
  // Only together reversible: the second rollback leaves to the first one what hangs on its table.
  call.pair("2", "ALTER TABLE a ADD COLUMN m int;", "SELECT 1;");
  EXPECT_NE(
      told(call.tried()).find("rollback-not-inverse 2_x: after the rollback, column public.a.m: left over"),
      std::string::npos);
  call.options.set("unit", std::string("group"));
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error), "");
  EXPECT_EQ(outcome.cases.size(), 2U);
}

TEST(RoundTrip, TriesAllMigrationsWhenAskedTo) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "SELECT 1;");
  call.plan.folder.migrations = call.plan.pending;
  call.plan.applied_files = std::move(call.plan.pending);
  call.plan.applied.push_back({"1", "x", {}});
  call.plan.pending.clear();
  EXPECT_EQ(call.run(round_trip).summary, "nothing pending");
  call.options.set("scope", std::string("all"));
  EXPECT_EQ(told(call.run(round_trip)),
            "rollback-not-inverse 1_x: after the rollback, table public.a: left over\n");
}

TEST(RoundTrip, ProvesMigrationsOutsideATransaction) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "DROP TABLE IF EXISTS a;");
  call.pair("2", "CREATE INDEX CONCURRENTLY a_n ON a (n);", "DROP INDEX CONCURRENTLY IF EXISTS a_n;");
  call.pair("3", "CREATE INDEX CONCURRENTLY a_n2 ON a (n);", "SELECT 1; -- runner:no-transaction");
  EXPECT_EQ(told(call.tried(), Severity::error),
            "rollback-not-inverse 3_x: after the rollback, index public.a_n2: left over\n");
}

}  // namespace runner
