#include "runner/core/exit_code.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_project.hpp"

#include <csignal>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

/// A project whose migrations a test writes, and its database.
class ApplyFaults : public testing::Test {
 protected:
  void on_target(const std::string& sql) { database_.session().query(sql, "prepare"); }
  std::unique_ptr<Program> start() const { return project_.apply(database_.url()); }
  int apply() const { return start()->wait(); }
  std::string look(const std::string& sql) { return ask(admin_, sql); }
  std::string versions() {
    return look(
        "SELECT coalesce(string_agg(version, ' ' ORDER BY version), '') "
        "FROM supabase_migrations.schema_migrations");
  }

  FaultProject project_{};
  const TestDatabase database_{};
  Session admin_ = database_.admin();
};

static constexpr const char* sleeps =
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(6%' AND state = 'active'";

TEST_F(ApplyFaults, AStatementThatIsStoppedLeavesNothing) {
  project_.add("1", "CREATE TABLE a (n int); SELECT pg_sleep(600)");
  const auto run = start();
  wait_until(admin_, sleeps);
  run->signal(SIGTERM);
  EXPECT_EQ(run->wait(), to_int(ExitCode::terminated));
  EXPECT_EQ(look("SELECT to_regclass('a')"), "NULL");
  EXPECT_EQ(versions(), "");
}

TEST_F(ApplyFaults, ABackendThatIsEndedDuringAStatementLeavesNothing) {
  project_.add("1", "CREATE TABLE a (n int); SELECT pg_sleep(600)");
  const auto run = start();
  wait_until(admin_, sleeps);
  look("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(6%'");
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_EQ(look("SELECT to_regclass('a')"), "NULL");
  EXPECT_EQ(versions(), "");
}

/// PostgreSQL leaves the index that it was building, with a name of its own.
class ReindexFaults : public ApplyFaults {
 protected:
  ReindexFaults() { on_target("CREATE TABLE big (n int, long text); CREATE INDEX big_n ON big (n)"); }
  /// The run ends while the statement waits for a writer; then it is run once more.
  std::string interrupted(const std::string& statement, const DatabaseUrl& url) {
    project_.add(std::to_string(++version_), statement);
    Session writer = database_.session();
    writer.query("BEGIN", "begin");
    writer.query("INSERT INTO big VALUES (1)", "write");
    const auto run = project_.apply(url);
    wait_until(admin_, "SELECT count(*) > 0 FROM pg_index WHERE NOT indisvalid");
    look("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'REINDEX%'");
    EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
    writer.query("COMMIT", "end");
    EXPECT_NE(look("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
    const auto again = project_.apply(url);
    EXPECT_EQ(again->wait(), 0) << again->told();
    return again->told();
  }
  std::string indexes() {
    return look(
        "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ') FROM pg_index "
        "WHERE NOT indisvalid OR indrelid = 'big'::regclass");
  }
  int version_ = 0;
};

TEST_F(ReindexFaults, WhatAnInterruptedReindexLeftIsDroppedBeforeTheNextTry) {
  for (const std::string& statement : {std::string("REINDEX INDEX CONCURRENTLY big_n"),
                                       std::string("REINDEX (VERBOSE) TABLE CONCURRENTLY public.big"),
                                       std::string("REINDEX (CONCURRENTLY) SCHEMA public"),
                                       "REINDEX DATABASE CONCURRENTLY " + database_.name()}) {
    interrupted(statement, database_.admin_url());
    EXPECT_EQ(indexes(), "big_n true") << statement;
    count_fault("apply: pg_terminate_backend during REINDEX CONCURRENTLY", indexes() == "big_n true");
  }
}

/// The indexes of large values lie where only superusers may drop.
TEST_F(ReindexFaults, WhatTheRoleMayNotDropIsTold) {
  const std::string told = interrupted("REINDEX TABLE CONCURRENTLY big", database_.url());
  EXPECT_NE(told.find("warning: an earlier try left the INVALID index pg_toast.pg_toast_"), std::string::npos)
      << told;
  EXPECT_EQ(look("SELECT count(*) FROM pg_index WHERE NOT indisvalid AND indrelid = 'big'::regclass"), "0");
}

TEST_F(ApplyFaults, AnIndexBuildThatIsKilledIsGoneOnWith) {
  on_target("CREATE TABLE big (n int)");
  project_.add("1", "CREATE INDEX CONCURRENTLY big_n ON big (n);\nCOMMENT ON INDEX big_n IS 'x'");
  Session writer = database_.session();
  writer.query("BEGIN", "begin");
  writer.query("INSERT INTO big VALUES (1)", "write");
  const auto run = start();
  wait_until(admin_,
             "SELECT count(*) > 0 FROM pg_index WHERE indexrelid = to_regclass('big_n') AND NOT indisvalid");
  run->signal(SIGKILL);
  run->wait();
  // The server notices by itself that the client is gone.
  wait_until(admin_,
             "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' "
             "AND pid <> pg_backend_pid()");
  writer.query("COMMIT", "end");
  EXPECT_EQ(look("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_n'::regclass"), "f");
  EXPECT_EQ(versions(), "");
  EXPECT_EQ(apply(), 0);
  EXPECT_EQ(look("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_n'::regclass"), "t");
  EXPECT_EQ(look("SELECT obj_description('big_n'::regclass)"), "x");
  EXPECT_EQ(look("SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
  count_fault("apply: kill -9 during CREATE INDEX CONCURRENTLY", versions() == "1");
}

}  // namespace runner
