#include "runner/crypto/sha256.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/progress.hpp"
#include "tests/database/stages/apply_call.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace runner {

TEST(ApplyOutside, RunsConcurrentlyStatementByStatement) {
  ApplyCall call;
  call.pending("1", "a", "CREATE TABLE t (n int);");
  call.pending("2", "b", "CREATE INDEX CONCURRENTLY t_n ON t (n);\nCOMMENT ON INDEX t_n IS 'x';");
  const Outcome outcome = call.run(apply);
  ASSERT_FALSE(outcome.failed()) << outcome.findings.at(0).text();
  EXPECT_EQ(call.applied(), "1 2");
  EXPECT_EQ(call.ask("SELECT obj_description('t_n'::regclass)"), "x");
  EXPECT_EQ(call.ask("SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
  EXPECT_EQ(read_ledger(*call.target, {}, {}).size(), 2U);
}

TEST(ApplyOutside, GoesOnAtTheFirstStatementThatIsNotDone) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1)", "prepare");
  call.pending("1", "a",
               "-- runner:no-transaction\nINSERT INTO t VALUES (7);\n"
               "CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n);\nINSERT INTO t VALUES (8);");
  const Outcome first = call.run(apply);
  ASSERT_EQ(first.findings.size(), 1U);
  EXPECT_EQ(first.findings[0].place.str(), "migrations/1_a.sql:3:1");
  EXPECT_EQ(first.findings[0].text().find("(1)"), std::string::npos) << first.findings[0].text();
  EXPECT_EQ(call.applied(), "");
  // The INVALID index that PostgreSQL leaves is gone.
  EXPECT_EQ(call.ask("SELECT to_regclass('t_n')"), "NULL");
  call.database.session().query("DELETE FROM t WHERE n = 1", "mend the rows");
  const Outcome second = call.run(apply);
  ASSERT_FALSE(second.failed()) << second.findings.at(0).text();
  EXPECT_EQ(call.ask("SELECT string_agg(n::text, ' ' ORDER BY n) FROM t"), "7 8");
  EXPECT_EQ(call.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass"), "t");
}

TEST(ApplyOutside, RefusesAFileThatChangedSinceItsFirstHalfRan) {
  ApplyCall call;
  call.pending("1", "a", "-- runner:no-transaction\nCREATE TABLE t (n int);\nCREATE INDEX ON nope (n);");
  EXPECT_TRUE(call.run(apply).failed());
  call.plan.pending.clear();
  call.pending("1", "a", "-- runner:no-transaction\nCREATE TABLE t (n bigint);\nSELECT 1;");
  const Error error = call.error();
  EXPECT_EQ(error.code(), ExitCode::failed);
  EXPECT_EQ(error.message(), "migrations/1_a.sql has changed since a part of it was executed");
}

TEST(ApplyOutside, DropsAnInvalidIndexOfItsOwnBeforeTheNextTry) {
  ApplyCall call;
  Session session = call.database.session();
  session.query("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1)", "prepare");
  session.execute("CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)");
  ASSERT_EQ(call.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass"), "f");
  session.query("DELETE FROM t", "mend the rows");
  const std::string text = "CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)";
  call.pending("1", "a", text + ";");
  // As a run that was killed leaves it: begun, not done.
  prepare_ledger(*call.target, {});
  const SqlCall begun = note_progress(*call.target, {}, "1", "apply", 0, {.digest = sha256(text)});
  call.target->query(begun.sql, "note", begun.parameters);
  ASSERT_FALSE(call.run(apply).failed());
  EXPECT_EQ(call.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass"), "t");
}

TEST(ApplyOutside, WhatWasRefusedIsRefusedAgain) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int); CREATE INDEX t_n ON t (n)", "prepare");
  for (const char* sql : {"DROP INDEX CONCURRENTLY nope;", "CREATE INDEX CONCURRENTLY t_n ON t (n);"}) {
    call.plan.pending.clear();
    call.pending("1", "a", sql);
    EXPECT_TRUE(call.run(apply).failed()) << sql;
    EXPECT_TRUE(call.run(apply).failed()) << sql;
    EXPECT_EQ(call.applied(), "");
  }
}

/// A run that is killed behind a statement leaves it begun, not done: it comes a second time.
TEST(ApplyOutside, WhatIsDoneAlreadyIsNoObstacleToTheNextRun) {
  ApplyCall call;
  call.target = call.database.admin();
  prepare_ledger(*call.target, {});
  call.target->query(
      "CREATE TABLE t (n int PRIMARY KEY); CREATE INDEX t_n ON t (n); CREATE TYPE mood AS ENUM ('a'); "
      "CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE UNIQUE INDEX m_n ON m (n); "
      "CREATE TABLE p (n int) PARTITION BY LIST (n); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
      "prepare");
  int version = 0;
  for (const std::string& text :
       {std::string("CREATE DATABASE outside_twice TEMPLATE postgres"),
        std::string("DROP DATABASE outside_twice"), std::string("CREATE INDEX CONCURRENTLY t_2 ON t (n)"),
        std::string("DROP INDEX CONCURRENTLY t_2"), std::string("REINDEX TABLE CONCURRENTLY t"),
        std::string("REINDEX SCHEMA public"), std::string("VACUUM FULL t"), std::string("CLUSTER"),
        std::string("DISCARD ALL"), std::string("REFRESH MATERIALIZED VIEW CONCURRENTLY m"),
        std::string("ALTER SYSTEM SET log_statement = 'none'"), std::string("ALTER SYSTEM RESET ALL"),
        std::string("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY")}) {
    ASSERT_FALSE(call.database.admin().execute(text).error) << text;
    const std::string name = std::to_string(++version);
    const SqlCall begun = note_progress(*call.target, {}, name, "apply", 0, {.digest = sha256(text)});
    call.target->query(begun.sql, "note", begun.parameters);
    call.plan.pending.clear();
    call.pending(name, "a", "-- runner:no-transaction\n" + text + ";");
    const Outcome outcome = call.run(apply);
    EXPECT_FALSE(outcome.failed()) << text << outcome.findings.at(0).text();
  }
  EXPECT_EQ(call.ask("SELECT count(*) FROM supabase_migrations.schema_migrations"), std::to_string(version));
  EXPECT_EQ(call.ask("SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
}

/// Only PostgreSQL knows the name, and nobody whether an INVALID index is ours.
TEST(ApplyOutside, AnIndexWithoutANameThatFailedIsNamed) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1)", "prepare");
  call.pending("1", "a", "CREATE UNIQUE INDEX CONCURRENTLY ON t (n);");
  EXPECT_TRUE(call.run(apply).failed());
  ASSERT_EQ(call.reporter.warnings.size(), 1U);
  EXPECT_EQ(call.reporter.warnings[0],
            "the INVALID index t_n_idx may be what this try left, which gives its index no name; if it is: "
            "DROP INDEX CONCURRENTLY t_n_idx");
}

TEST(ApplyOutside, AStatementThatWasRefusedMayBeCorrected) {
  ApplyCall call;
  call.database.session().query("CREATE TABLE t (n int)", "prepare");
  call.pending("1", "a", "CREATE INDEX CONCURRENTLY t_n ON t (m);");
  EXPECT_TRUE(call.run(apply).failed());
  call.plan.pending.clear();
  call.pending("1", "a", "CREATE INDEX CONCURRENTLY t_n ON t (n);");
  EXPECT_FALSE(call.run(apply).failed());
  EXPECT_EQ(call.applied(), "1");
}

/// A reader keeps the second half of the detaching from its locks; the first half is done and stays.
TEST(ApplyOutside, ADetachingThatMeetsALockIsEnded) {
  ApplyCall call;
  Session session = call.database.session();
  session.query("CREATE TABLE p (n int) PARTITION BY LIST (n)", "prepare");
  session.query("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "prepare");
  session.query("BEGIN", "begin");
  session.query("SELECT FROM p", "read");
  call.pending("1", "a", "ALTER TABLE public.p DETACH PARTITION p1 CONCURRENTLY;");
  call.options.set("concurrently_lock_timeout", std::chrono::milliseconds(50));
  call.options.set("retry_for", std::chrono::milliseconds(300));
  EXPECT_EQ(call.error().code(), ExitCode::busy);
  EXPECT_EQ(call.ask("SELECT inhdetachpending FROM pg_inherits"), "t");
  session.query("COMMIT", "end");
  call.reporter.said.clear();
  ASSERT_FALSE(call.run(apply).failed());
  EXPECT_EQ(call.ask("SELECT count(*) FROM pg_inherits"), "0");
  EXPECT_EQ(call.reporter.said.at(0),
            "  an earlier try began it; it ends with ALTER TABLE public.p DETACH PARTITION p1 FINALIZE");
}

}  // namespace runner
