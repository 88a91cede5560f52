#include "stages/apply/apply.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/target_transaction.hpp"
#include "stages/round_trip/round_trip.hpp"
#include "tests/database/stages/apply_call.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

TEST(Apply, AppliesEachMigrationWithItsHistoryAndLedger) {
  ApplyCall call;
  call.pending("1", "a", "-- first\nCREATE TABLE a (n int);\nINSERT INTO a VALUES (1);");
  call.pending("2", "b", "BEGIN; ALTER TABLE a ADD COLUMN m int; COMMIT;");
  const Outcome outcome = call.run(apply);
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary.find("2 migrations applied to "), 0U) << outcome.summary;
  EXPECT_EQ(call.ask("SELECT count(*) FROM a WHERE m IS NULL"), "1");
  EXPECT_EQ(call.ask("SELECT statements[1] FROM supabase_migrations.schema_migrations WHERE version = '1'"),
            "-- first\nCREATE TABLE a (n int)");
  EXPECT_EQ(call.ask("SELECT array_to_string(statements, '|') FROM supabase_migrations.schema_migrations "
                     "WHERE version = '2'"),
            "BEGIN|ALTER TABLE a ADD COLUMN m int|COMMIT");
  const auto entries = read_ledger(*call.target, {}, {});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].version, "2");
  EXPECT_EQ(entries[0].action, "apply");
  EXPECT_EQ(entries[0].run.batch, entries[1].run.batch);
  EXPECT_TRUE(entries[0].digest);
}

TEST(Apply, HasNothingToDoTheSecondTime) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.run(apply);
  // The plan is as old as it can be: it still says pending.
  const Outcome stale = call.run(apply);
  EXPECT_FALSE(stale.failed());
  EXPECT_EQ(stale.cases.at(0).status, CaseStatus::skipped);
  call.plan.pending.clear();
  EXPECT_EQ(call.run(apply).summary.find("nothing to apply"), 0U);
  EXPECT_EQ(read_ledger(*call.target, {}, {}).size(), 1U);
}

TEST(Apply, SavesTheRollbackWithTheVersion) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  write_file(call.folder / "1_a.rollback.sql", "-- back\nDROP TABLE a;\n");
  call.plan.pending.back().rollback = (call.folder / "1_a.rollback.sql").string();
  call.run(apply);
  EXPECT_EQ(read_saved_rollback(*call.target, {}, "1"), "-- back\nDROP TABLE a\n;\n");
}

TEST(Apply, KeepsNothingOfAMigrationThatIsRefused) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b",
               "CREATE TABLE b (n int);\nALTER TABLE nope ADD COLUMN x int;\nCREATE TABLE c (n int);");
  call.pending("3", "c", "CREATE TABLE d (n int);");
  const Outcome outcome = call.run(apply);
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "migrations/2_b.sql:2:13");
  EXPECT_EQ(outcome.findings[0].message, "relation \"nope\" does not exist");
  EXPECT_EQ(outcome.summary, "2_b was refused, and nothing of it was kept; 1 migration before it applied");
  EXPECT_EQ(call.applied(), "1");
  EXPECT_EQ(call.ask("SELECT to_regclass('b')"), "NULL");
  EXPECT_EQ(call.ask("SELECT count(*) FROM supabase_migrations.runner_log"), "1");
  EXPECT_EQ(call.target->state(), TransactionState::idle);
  EXPECT_EQ(outcome.cases.at(2).status, CaseStatus::skipped);
}

/// Too much to be sent at once: the statements behind the refused one reach the server, too.
TEST(Apply, KeepsNothingOfALargeMigrationThatIsRefused) {
  ApplyCall call;
  const std::string much = "SELECT '" + std::string(50'000, 'x') + "';\n";
  call.pending("1", "a", "CREATE TABLE a (n int);\n" + much);
  call.pending("2", "b", "CREATE TABLE b (n int);\n" + much + "SELECT nope;\nCREATE TABLE c (n int);");
  const Outcome outcome = call.run(apply);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "migrations/2_b.sql:3:8");
  EXPECT_EQ(call.applied(), "1");
  EXPECT_EQ(call.ask("SELECT concat(to_regclass('b'), to_regclass('c'))"), "");
  EXPECT_EQ(call.target->state(), TransactionState::idle);
  EXPECT_EQ(call.ask("SELECT count(*) FROM supabase_migrations.runner_log"), "1");

  call.plan.pending.clear();
  call.pending(
      "3", "c",
      "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY;\nCREATE TABLE d (n int);\n" + much + "COMMIT;");
  EXPECT_EQ(call.error().code(), ExitCode::environment);
  EXPECT_EQ(call.applied(), "1");
  EXPECT_EQ(call.ask("SELECT to_regclass('d')"), "NULL");
}

TEST(Apply, TellsARefusalAtCommit) {
  ApplyCall call;
  call.pending("1", "a",
               "CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY "
               "DEFERRED); INSERT INTO b VALUES (1);");
  const Outcome outcome = call.run(apply);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].message.find("refused at COMMIT"), 0U) << outcome.findings[0].message;
  EXPECT_EQ(outcome.findings[0].text().find("(1)"), std::string::npos) << outcome.findings[0].text();
  EXPECT_EQ(call.applied(), "");
}

TEST(Apply, KeepsAFilesSettingsAndRoleFromTheNext) {
  ApplyCall call;
  call.database.admin().query(
      "DO $$ BEGIN IF to_regrole('apply_other') IS NULL THEN CREATE ROLE apply_other; "
      "END IF; END $$; GRANT apply_other TO " +
          call.ask("SELECT quote_ident(rolname) FROM pg_roles r JOIN pg_database d ON "
                   "d.datdba = r.oid WHERE datname = current_database()"),
      "prepare");
  call.pending("1", "a", "SET ROLE apply_other; SET search_path = nowhere; SET lock_timeout = '1h';");
  call.pending("2", "b",
               "CREATE TABLE public.seen AS SELECT current_user::text AS who, "
               "current_setting('search_path') AS path, current_setting('lock_timeout') AS wait;");
  const Outcome outcome = call.run(apply);
  ASSERT_FALSE(outcome.failed()) << outcome.findings.at(0).text();
  EXPECT_NE(call.ask("SELECT who FROM seen"), "apply_other");
  EXPECT_NE(call.ask("SELECT path FROM seen"), "nowhere");
  EXPECT_EQ(call.ask("SELECT wait FROM seen"), "10ms");
}

TEST(Apply, TriesAgainWhileAReaderIsInTheWay) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int)", "prepare");
  Session reader = call.database.session();
  reader.query("BEGIN", "begin");
  reader.query("SELECT 'a secret' FROM t", "read");
  call.pending("1", "a", "ALTER TABLE t ADD COLUMN m int;");
  call.options.set("retry_for", std::chrono::milliseconds(1500));
  const Error error = call.error();
  EXPECT_EQ(error.code(), ExitCode::busy);
  EXPECT_NE(error.text().find(fmt::format("pid {} (user ", reader.backend_pid())), std::string::npos)
      << error.text();
  EXPECT_NE(error.text().find("idle in transaction"), std::string::npos) << error.text();
  EXPECT_NE(error.text().find("SELECT $1 FROM t"), std::string::npos) << error.text();
  EXPECT_EQ(error.text().find("secret"), std::string::npos) << error.text();
  EXPECT_EQ(call.applied(), "");
  EXPECT_EQ(call.target->state(), TransactionState::idle);

  reader.query("COMMIT", "end");
  EXPECT_FALSE(call.run(apply).failed());
  EXPECT_EQ(call.applied(), "1");
}

TEST(Apply, EndsATryThatHoldsLocksForTooLong) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int)", "prepare");
  call.pending("1", "a", "ALTER TABLE t ADD COLUMN m int; SELECT pg_sleep(600);");
  call.options.set("max_lock_hold", std::chrono::milliseconds(200));
  call.options.set("retry_for", std::chrono::milliseconds(500));
  const Error error = call.error();
  EXPECT_EQ(error.code(), ExitCode::busy);
  EXPECT_NE(error.reason().find("locks on t were held for more than 200 ms"), std::string::npos)
      << error.text();
  EXPECT_EQ(call.applied(), "");
}

TEST(Apply, DoesNotCountLocksOnWhatItMakesItself) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE t (n int); SELECT pg_sleep(0.6);");
  call.options.set("max_lock_hold", std::chrono::milliseconds(200));
  EXPECT_FALSE(call.run(apply).failed());
}

TEST(Apply, WaitsForAnotherRunnerAndNamesIt) {
  ApplyCall call;
  call.pending("1", "a", "SELECT 1;");
  Session other = call.database.session({.application_name = "other runner"});
  QuietReporter quiet;
  {
    const HistoryTable history;
    const RunnerLock held(other, history, {}, quiet, call.stop);
    call.options.set("retry_for", std::chrono::milliseconds(100));
    const Error error = call.error();
    EXPECT_EQ(error.code(), ExitCode::busy);
    EXPECT_NE(error.reason().find(fmt::format("pid {}", other.backend_pid())), std::string::npos)
        << error.text();
    EXPECT_NE(error.reason().find("other runner"), std::string::npos) << error.text();
  }
  EXPECT_FALSE(call.run(apply).failed());
}

TEST(Apply, RefusesWhatIsOlderThanTheNewestApplied) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.plan.out_of_order = call.plan.pending;
  call.plan.applied.push_back({.version = "2"});
  const Error error = call.error();
  EXPECT_EQ(error.code(), ExitCode::refused);
  EXPECT_NE(error.advice().find("allow: [out-of-order]"), std::string::npos);
  call.options.set("allow", std::vector<std::string>{"out-of-order"});
  EXPECT_FALSE(call.run(apply).failed());
}

TEST(Apply, RefusesEverythingWhenOneFileControlsItsTransactions) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b", "CREATE TABLE b (n int); COMMIT; CREATE TABLE c (n int);");
  const Outcome outcome = call.run(apply);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].rule, "own-transaction");
  EXPECT_EQ(call.ask("SELECT to_regclass('a')"), "NULL");
}

TEST(Apply, RefusesToCopyToTheClient) {
  ApplyCall call;
  call.pending("1", "a", "copy (SELECT 1) to stdout;");
  EXPECT_EQ(call.run(apply).findings.at(0).rule, "copy-to-client");
}

TEST(Apply, MakesRestorePointsWhereTheRoleMay) {
  ApplyCall call;
  call.target = call.database.admin();
  call.pending("20260101", "a", "CREATE TABLE a (n int);");
  if (call.ask("SHOW wal_level") == "minimal") GTEST_SKIP() << "wal_level is minimal";
  call.run(apply);
  const auto entry = read_ledger(*call.target, {}, {}).at(0);
  ASSERT_TRUE(entry.restore_point);
  EXPECT_EQ(entry.restore_point->find("runner_20260101 at "), 0U) << *entry.restore_point;
}

TEST(Apply, SurvivesItsBackendsEnd) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int)", "prepare");
  call.pending(
      "1", "a",
      "CREATE TABLE a (n int); SELECT pg_terminate_backend(pg_backend_pid()); CREATE TABLE b (n int);");
  const Error error = call.error();
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_NE(error.message().find("nothing was kept of: apply 1_a"), std::string::npos) << error.text();
  EXPECT_EQ(call.applied(), "");
}

/// What is ours is prepared once for all migrations.
TEST(Apply, GoesOnWhereAMigrationTakesAwayPreparedStatements) {
  ApplyCall call;
  for (const std::string& version : {std::string("1"), std::string("2"), std::string("3"), std::string("4")})
    call.pending(version, "a", fmt::format("CREATE TABLE t{} (n int); DEALLOCATE ALL;", version));
  call.pending("5", "b", "SELECT count(*) FROM t1;");
  EXPECT_FALSE(call.run(apply).failed());
  EXPECT_EQ(call.applied(), "1 2 3 4 5");
  EXPECT_EQ(call.ask("SELECT string_agg(version, ',' ORDER BY id) FROM supabase_migrations.runner_log"),
            "1,2,3,4,5");
}

TEST(Apply, RefusesAMigrationThatExecutesWhatIsNotPrepared) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);\nEXECUTE nobody_prepared_this;");
  const Outcome outcome = call.run(apply);
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.line, 2);
}

TEST(Apply, WritesToTheLedgerThatTheWayBackIsProven) {
  ApplyCall call;
  TestFolder cache;
  call.shadow.cache = cache / "cache";
  const auto pair = [&](const std::string& version, const std::string& up, const std::string& down) {
    call.pending(version, "x", up);
    call.plan.pending.back().rollback = (call.folder / (version + ".rollback.sql")).string();
    write_file(*call.plan.pending.back().rollback, down);
  };
  pair("1", "CREATE TABLE a (n int);", "DROP TABLE IF EXISTS a;");
  pair("2", "CREATE TABLE b (n int);", "SELECT 1;");
  pair("3", "CREATE TABLE c (n int);", "DROP TABLE IF EXISTS c;");
  call.run(round_trip);
  write_file(*call.plan.pending.back().rollback, "DROP TABLE c;");  // not what was proven
  call.options = {};
  ASSERT_FALSE(call.run(apply).failed());
  EXPECT_EQ(
      call.ask("SELECT string_agg(version || ' ' || coalesce(proof, 'none'), ', ' ORDER BY version) FROM "
               "supabase_migrations.runner_log"),
      "1 proven, 2 none, 3 none");
}

}  // namespace runner
