#include "stages/dry_run/dry_run.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/relation_sizes.hpp"
#include "tests/database/stages/step_call.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

TEST(DryRun, ExecutesWhatIsPendingInOrder) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b", "ALTER TABLE a ADD COLUMN m int; INSERT INTO a VALUES (1, 2);");
  const Outcome outcome = call.run(dry_run);
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary.find("2 migrations executed on embedded PostgreSQL "), 0U) << outcome.summary;
  EXPECT_NE(outcome.summary.find(", 3 statements"), std::string::npos) << outcome.summary;
  ASSERT_EQ(outcome.cases.size(), 2U);
  EXPECT_EQ(outcome.cases[1].name, "2_b");
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::passed);
}

TEST(DryRun, StopsAtTheFirstMigrationThatIsRefused) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b", "CREATE TABLE a (n int);");
  call.pending("3", "c", "CREATE TABLE c (n int);");
  const Outcome outcome = call.run(dry_run);
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.cases.size(), 3U);
  EXPECT_EQ(outcome.cases[0].status, CaseStatus::passed);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::failed);
  EXPECT_EQ(outcome.cases[2].status, CaseStatus::skipped);
  EXPECT_EQ(outcome.cases[2].text, "not executed, because 2_b was refused");
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "migrations/2_b.sql:1:14");
  EXPECT_EQ(outcome.summary.find("2_b was refused on embedded PostgreSQL "), 0U) << outcome.summary;
  EXPECT_NE(outcome.summary.find(", after 1 migration executed"), std::string::npos) << outcome.summary;
}

TEST(DryRun, RecordsEachMigrationAsItGoes) {
  StepCall call;
  call.pending("1", "a", "SELECT 1;");
  call.pending("2", "b",
               "DO $$ BEGIN ASSERT (SELECT string_agg(version || name, ',') = '1a' FROM "
               "supabase_migrations.schema_migrations); END $$;");
  const Outcome outcome = call.run(dry_run);
  EXPECT_FALSE(outcome.failed()) << outcome.findings.at(0).text();
}

TEST(DryRun, NamesTheMigrationThatDropsTheHistory) {
  StepCall call;
  call.pending("1", "a", "DROP SCHEMA supabase_migrations CASCADE;");
  try {
    call.run(dry_run);
    FAIL() << "what cannot be recorded was not applied";
  } catch (const Error& e) {
    EXPECT_EQ(e.place().path, "migrations/1_a.sql");
    EXPECT_EQ(e.advice(),
              "look whether the migration drops or changes the history's table, and let it leave that alone");
  }
}

TEST(DryRun, EndsAStatementThatRunsTooLong) {
  StepCall call;
  call.options.set("statement_timeout", std::chrono::milliseconds(100));
  call.pending("1", "a", "SET statement_timeout = '1min'; SELECT 1;");
  call.pending("2", "b", "SELECT pg_sleep(600);");
  const Outcome outcome = call.run(dry_run);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].subject, "2_b");
  EXPECT_NE(outcome.findings[0].detail.find("SQLSTATE 57014"), std::string::npos);
  EXPECT_EQ(outcome.findings[0].remedy, "Make the statement faster, or raise the step's timeout.");
}

TEST(DryRun, FailsOnWarningsWhenAskedTo) {
  StepCall call;
  call.pending("1", "a", "SELECT 1; COMMIT; SELECT 2");
  call.pending("2", "b", "SELECT 1");
  const Outcome lenient = call.run(dry_run);
  EXPECT_FALSE(lenient.failed());
  EXPECT_EQ(lenient.cases.at(0).status, CaseStatus::passed);
  call.options.set("fail_on", std::string("warning"));
  const Outcome strict = call.run(dry_run);
  EXPECT_TRUE(strict.failed());
  EXPECT_EQ(strict.cases.at(0).status, CaseStatus::failed);
  EXPECT_EQ(strict.cases.at(1).status, CaseStatus::passed);
}

TEST(DryRun, PassesWithoutAShadowWhenNothingIsPending) {
  StepCall call;
  const Outcome outcome = call.run(dry_run);
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary, "nothing pending");
  EXPECT_TRUE(call.reporter.said.empty());
}

static Error error_of(StepCall& call) {
  try {
    call.run(dry_run);
  } catch (const Error& error) {
    return error;
  }
  return Error{ExitCode::passed, "no error"};
}

TEST(DryRun, GoesOnUntriedOnlyWhereAPersonSaysSoAndNeverInACheck) {
  StepCall call;
  call.pending("1", "a", "CREATE EXTENSION no_such_extension;");
  call.options.set("allow", std::vector<std::string>{"unproven"});
  EXPECT_EQ(error_of(call).code(), ExitCode::environment);
  call.stage_writes = true;
  const Outcome outcome = call.run(dry_run);
  EXPECT_FALSE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].rule, "not-verified");
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::skipped);
  call.options = {};
  const Error refused = error_of(call);
  EXPECT_EQ(refused.code(), ExitCode::environment);
  EXPECT_NE(refused.advice().find("set RUNNER_ALLOW=unproven to go on"), std::string::npos) << refused.text();
}

namespace {
/// A target with a table of 200 rows, and one migration of it applied.
struct TracedCall : StepCall {
  TracedCall() {
    target = database.session();
    applied(
        "1", "a",
        "CREATE TABLE big (n int, t text); INSERT INTO big SELECT g, 'x' FROM generate_series(1, 200) g;"
        "CREATE TABLE parted (n int) PARTITION BY LIST (n); CREATE TABLE part_1 PARTITION OF parted DEFAULT;"
        "INSERT INTO parted SELECT 1 FROM generate_series(1, 300); ANALYZE big; ANALYZE parted;");
  }
  TestDatabase database{};
};
}  // namespace

TEST(DryRun, WarnsWhereTheTargetWouldStandStill) {
  TracedCall call;
  call.options.set("warn_rows", std::int64_t{200});
  call.pending("2", "b", "ALTER TABLE big\n  ALTER n TYPE bigint;\nALTER TABLE parted ALTER n SET NOT NULL");
  const Outcome outcome = call.run(dry_run);
  EXPECT_FALSE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 2U);
  EXPECT_EQ(outcome.findings[0].rule, "long-lock");
  EXPECT_EQ(outcome.findings[0].place.str(), "migrations/2_b.sql:1:1");
  EXPECT_EQ(outcome.findings[0].message,
            "blocks all reads and writes of big (200 rows, 8.2 kB) while every row is rewritten");
  EXPECT_EQ(outcome.findings[1].place.line, 3);
  EXPECT_NE(outcome.findings[1].message.find("parted (300 rows, 16 kB)"), std::string::npos)
      << outcome.findings[1].message;
  ASSERT_EQ(outcome.facts.size(), 5U);
  EXPECT_EQ(outcome.facts[0].text, "ACCESS EXCLUSIVE on big (200 rows, 8.2 kB), line 1");
  EXPECT_EQ(outcome.facts[0].subject, "2_b");
  call.options.set("warn_rows", std::int64_t{1000});
  EXPECT_TRUE(call.run(dry_run).findings.empty());
  EXPECT_EQ(call.target->query("SHOW lock_timeout", "look").rows.at(0).at(0), "0");
}

TEST(DryRun, DoesNotWaitForATableOfTheTargetThatSomebodyHasLocked) {
  TracedCall call;
  Session other = call.database.session();
  other.query("BEGIN", "begin");
  other.query("LOCK TABLE big", "lock");
  const RelationSizes sizes = relation_sizes(
      *call.target, {{.schema = "public", .name = "big"}, {.schema = "public", .name = "nothing"}});
  ASSERT_EQ(sizes.size(), 1U);
  EXPECT_EQ(sizes.begin()->second.rows, 200);
  EXPECT_EQ(sizes.begin()->second.bytes, 8192);
}

TEST(DryRun, LooksAtNoLocksWhenToldNotTo) {
  TracedCall call;
  call.options.set("trace", false);
  call.options.set("warn_rows", std::int64_t{1});
  call.pending("2", "b", "ALTER TABLE big ALTER n TYPE bigint");
  const Outcome outcome = call.run(dry_run);
  EXPECT_TRUE(outcome.findings.empty());
  EXPECT_TRUE(outcome.facts.empty());
}

TEST(DryRun, TellsNoticesOnlyInDetail) {
  StepCall call;
  call.pending("1", "a", "DO $$ BEGIN RAISE NOTICE 'hello'; END $$;");
  call.run(dry_run);
  const auto& details = call.reporter.details;
  EXPECT_NE(std::find(details.begin(), details.end(), "  NOTICE: hello"), details.end());
}

}  // namespace runner
