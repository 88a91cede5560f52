#include "tests/database/stages/round_trip_call.hpp"

#include <algorithm>

#include <fmt/format.h>
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
  ASSERT_EQ(outcome.facts.size(), 3U);
  EXPECT_EQ(outcome.facts[0].topic, topic::way_back);
  EXPECT_EQ(outcome.facts[0].text, "proven: the schema is restored");
  EXPECT_EQ(outcome.facts[1].topic, topic::data_loss);
  EXPECT_EQ(outcome.facts[1].text, "table public.a: 40 of 40 rows");
  EXPECT_EQ(outcome.facts[2].text, "proven: the schema is restored, tried with 40 made-up rows");
}

// The parser knows no statement of 18.
TEST(RoundTrip, TriesWhatTheParserCannotRead) {
  if (TestDatabase().session().server_version() < 180000) GTEST_SKIP() << "PostgreSQL 18 is needed";
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "DROP TABLE a;");
  call.pair("2", "ALTER TABLE a ADD twice int GENERATED ALWAYS AS (n * 2) VIRTUAL;",
            "ALTER TABLE a DROP twice;");
  call.pair("3", "ALTER TABLE a ADD thrice int GENERATED ALWAYS AS (n * 3) VIRTUAL;", "SELECT 1;");
  const Outcome outcome = call.tried();
  ASSERT_EQ(outcome.cases.size(), 3U);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::passed);
  EXPECT_EQ(told(outcome, Severity::error),
            "rollback-not-inverse 3_x: after the rollback, column public.a.thrice: left over\n");
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

TEST(RoundTrip, NeedsNoShadowWhereNothingCanBeTried) {
  RoundTripCall call;
  call.pending("1", "a", "THIS IS NO SQL;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(outcome.summary, "") << "the verdict is dry-run's";
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::skipped);
  EXPECT_TRUE(call.reporter.said.empty());
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

// --- rows --------------------------------------------------------------------------------------------------

TEST(RoundTrip, CatchesMigrationsThatPassOnEmptyTablesAndFailOnRows) {
  RoundTripCall call;
  call.pending("0", "tables",
               "CREATE TABLE a (id int PRIMARY KEY, n int, t text NOT NULL, big bigint NOT NULL, p int);"
               "CREATE TABLE parent (id int PRIMARY KEY);");
  call.pair("1", "ALTER TABLE a ADD COLUMN m int NOT NULL;", "ALTER TABLE a DROP COLUMN IF EXISTS m;");
  call.pair("2", "ALTER TABLE a ADD CONSTRAINT one UNIQUE (t);",
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS one;");
  call.pair("3", "ALTER TABLE a ALTER t TYPE varchar(4);", "ALTER TABLE a ALTER t TYPE text;");
  call.pair("4", "ALTER TABLE a ALTER big TYPE int;", "ALTER TABLE a ALTER big TYPE bigint;");
  call.pair("5", "ALTER TABLE a ALTER n SET NOT NULL;", "ALTER TABLE a ALTER n DROP NOT NULL;");
  call.pair("6", "ALTER TABLE a ADD FOREIGN KEY (p) REFERENCES parent;",
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS a_p_fkey;");
  call.pair("7", "ALTER TABLE a ADD CONSTRAINT low CHECK (n < 3);",
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS low;");
  const Outcome outcome = call.tried();
  std::string rows;
  for (const Finding& finding : outcome.findings)
    if (finding.rule == "fails-on-rows")
      rows += fmt::format("{} {} {}\n", finding.subject, to_string(finding.severity), finding.message);
    else if (finding.severity == Severity::error)
      ADD_FAILURE() << finding.text();
  const std::string some =
      "warning passes on empty tables and fails on made-up rows that the schema allows: ";
  EXPECT_EQ(
      rows,
      "1_x error passes on empty tables and fails as soon as there are rows: column \"m\" of relation \"a\" "
      "contains null values\n"
      "2_x " +
          some + "could not create unique index \"one\"\n" + "3_x " + some +
          "value too long for type character varying(4)\n" + "4_x " + some + "integer out of range\n" +
          "5_x " + some + "column \"n\" of relation \"a\" contains null values\n" + "6_x " + some +
          "insert or update on table \"a\" violates foreign key constraint \"a_p_fkey\"\n" + "7_x " + some +
          "check constraint \"low\" of relation \"a\" is violated by some row\n");
  const auto unique = std::find_if(outcome.findings.begin(), outcome.findings.end(),
                                   [](const Finding& finding) { return finding.subject == "2_x"; });
  EXPECT_NE(unique->detail.find("DETAIL: Key (t)=("), std::string::npos) << unique->detail;
}

TEST(RoundTrip, OnlyWarnsWhereATriggerMadeTheNulls) {
  RoundTripCall call;
  call.pending("0", "tables",
               "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE FUNCTION clear() RETURNS trigger LANGUAGE "
               "plpgsql AS "
               "$$ BEGIN NEW.n := NULL; RETURN NEW; END $$; CREATE TRIGGER clear BEFORE INSERT ON a FOR EACH "
               "ROW EXECUTE "
               "FUNCTION clear();");
  call.pair("1", "ALTER TABLE a ALTER n SET NOT NULL;", "ALTER TABLE a ALTER n DROP NOT NULL;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error), "");
  EXPECT_EQ(told(outcome).find("fails-on-rows 1_x: passes on empty tables and fails on made-up rows"), 0U);
}

TEST(RoundTrip, LeavesRowsAloneThatMigrationsCountOn) {
  RoundTripCall call;
  call.pending("0", "tables",
               "CREATE TABLE kinds (id serial PRIMARY KEY, name text UNIQUE NOT NULL);"
               "CREATE TABLE things (id serial PRIMARY KEY, kind int NOT NULL REFERENCES kinds);");
  call.pair("1", "INSERT INTO kinds (name) VALUES ('first'); INSERT INTO things (kind) VALUES (1);",
            "DELETE FROM things WHERE kind = 1; DELETE FROM kinds WHERE name = 'first'; SELECT "
            "setval('kinds_id_seq', "
            "1, false);");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome), "");
}

TEST(RoundTrip, CountsRowsThatPoliciesHide) {
  RoundTripCall call;
  call.pending(
      "0", "tables",
      "CREATE TABLE a (id int PRIMARY KEY, t text NOT NULL); ALTER TABLE a ENABLE ROW LEVEL SECURITY; "
      "ALTER TABLE a FORCE ROW LEVEL SECURITY; CREATE POLICY nobody ON a USING (false);");
  call.pair("1", "ALTER TABLE a DROP COLUMN t;",
            "ALTER TABLE a ADD COLUMN IF NOT EXISTS t text NOT NULL DEFAULT 'x';"
            " ALTER TABLE a ALTER t DROP DEFAULT;");
  EXPECT_EQ(
      told(call.tried(), Severity::info),
      "data-not-restored 1_x: rollback does not restore public.a.t: 40 of 40 rows have another value\n");
}

TEST(RoundTrip, SaysWhatBrokeTheConnection) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int);", "SELECT pg_terminate_backend(pg_backend_pid());");
  try {
    call.tried();
    FAIL() << "nobody can tell what became of it";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::environment);
    EXPECT_EQ(e.reason(), "terminating connection due to administrator command") << e.text();
  }
}

TEST(RoundTrip, TriesNoRollbackOnceMoreThatIsTooSlow) {
  RoundTripCall call;
  call.pending("0", "tables", "CREATE TABLE a (id int PRIMARY KEY, n int);");
  call.pair(
      "1", "ALTER TABLE a ADD COLUMN m int;",
      "DO $$ BEGIN IF EXISTS (SELECT FROM a WHERE n IS NULL) THEN PERFORM pg_sleep(100); END IF; END $$; "
      "ALTER TABLE a DROP COLUMN IF EXISTS m;");
  call.options.set("statement_timeout", std::chrono::milliseconds(300));
  EXPECT_EQ(told(call.tried()),
            "rollback-blocked 1_x: the rollback is refused: canceling statement due to statement timeout\n");
}

TEST(RoundTrip, MakesUpAsManyRowsAsItIsTold) {
  RoundTripCall call;
  call.pair("1", "CREATE TABLE a (n int PRIMARY KEY);", "DROP TABLE IF EXISTS a;");
  call.options.set("rows", std::int64_t{3});
  EXPECT_EQ(told(call.tried()), "rollback-loses-data 1_x: rollback loses table public.a: 3 of 3 rows\n");
  call.options.set("rows", std::int64_t{0});
  EXPECT_EQ(told(call.tried()), "");
}

TEST(RoundTrip, SaysWhichTablesStayedEmpty) {
  RoundTripCall call;
  call.pending("0", "tables", "CREATE TABLE a (n int NOT NULL CHECK (n > 5 AND n < 5));");
  call.pair("1", "ALTER TABLE a ADD COLUMN m int;", "ALTER TABLE a DROP COLUMN IF EXISTS m;");
  EXPECT_EQ(told(call.tried(), Severity::info)
                .find("not-filled 1_x: table public.a stayed empty, because no made-up row fits it: new row "
                      "for relation"),
            0U);
}

}  // namespace runner
