#include "runner/core/exit_code.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/one_change.hpp"
#include "tests/faults/own_server.hpp"
#include "tests/faults/pooler_process.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

/// A database that a stage cannot work on, or not through this connection, or not as this role.
class RefusedTarget : public testing::TestWithParam<Stage> {
 protected:
  const OneChange change_{GetParam(), "CREATE TABLE a (n int)"};
};

TEST_P(RefusedTarget, AStandby) {
  OwnServer primary;
  primary.make("target");
  change_.prepare(primary.url("target"));
  primary.stop();
  const OwnServer standby(OwnServer::StandbyOf{primary});
  const auto run = change_.start(standby.url("target"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), " is a standby\n")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: set DATABASE_URL to the primary server")) << run->told();
  count_fault(named(GetParam(), "a standby, refused"), holds(run->told(), " is a standby\n"));
}

class BehindAPooler : public RefusedTarget {
 protected:
  void SetUp() override {
    if (pgbouncer().empty()) GTEST_SKIP() << "PgBouncer is not installed";
  }
};

TEST_P(BehindAPooler, InSessionModeItWorks) {
  const DisturbedStage stage(GetParam(), 6);
  const auto database = stage.database();
  const PoolerProcess pooler(database->url(), "session");
  stage.expect_survived("PgBouncer in session mode", pooler.url(), database->admin_url());
}

TEST_P(BehindAPooler, InTransactionModeItIsRefused) {
  const TestDatabase database;
  change_.prepare(database.url());
  Session admin = database.admin();
  const std::string before = state_of(admin);
  const PoolerProcess pooler(database.url(), "transaction");
  const auto run = change_.start(pooler.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), " is behind a transaction-mode pooler\n")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: use the session pooler")) << run->told();
  EXPECT_EQ(state_of(admin), before);
  count_fault(named(GetParam(), "PgBouncer in transaction mode, refused"), state_of(admin) == before);
}

TEST_P(RefusedTarget, ARoleWithoutTheRightsIsToldBeforeTheFirstStatement) {
  const TestDatabase database;
  change_.prepare(database.url());
  Session admin = database.admin();
  admin.query("CREATE ROLE fault_reader LOGIN", "prepare");
  admin.query("GRANT USAGE, CREATE ON SCHEMA public, supabase_migrations TO fault_reader", "prepare");
  admin.query("GRANT SELECT ON ALL TABLES IN SCHEMA supabase_migrations TO fault_reader", "prepare");
  const std::string before = state_of(admin);
  const auto run = change_.start(database.url().with("user", "fault_reader"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(),
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON "
                    "\"supabase_migrations\".\"schema_migrations\" TO fault_reader;"))
      << run->told();
  EXPECT_TRUE(
      holds(run->told(), "GRANT SELECT, INSERT ON \"supabase_migrations\".runner_log TO fault_reader;"))
      << run->told();
  EXPECT_EQ(state_of(admin), before);
  count_fault(named(GetParam(), "missing rights, told before the first statement"),
              state_of(admin) == before);
  admin.query("DROP OWNED BY fault_reader", "clean up");
  admin.query("DROP ROLE fault_reader", "clean up");
}

TEST_P(RefusedTarget, ADatabaseThatIsReadOnly) {
  const TestDatabase database;
  change_.prepare(database.url());
  Session admin = database.admin();
  admin.query("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on", "prepare");
  const std::string before = state_of(admin);
  const auto run = change_.start(database.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), " takes no changes from role postgres\n")) << run->told();
  EXPECT_TRUE(
      holds(run->told(), "ALTER DATABASE " + database.name() + " RESET default_transaction_read_only"))
      << run->told();
  EXPECT_EQ(state_of(admin), before);
}

/// What it may not do to a table is found by doing it, within the transaction.
TEST_P(RefusedTarget, ARoleThatOwnsNotWhatItChangesIsToldWhoCan) {
  const TestDatabase database;
  Session admin = database.admin();
  admin.query("CREATE ROLE fault_guest LOGIN", "prepare");
  database.session().query("CREATE TABLE b (n int)", "prepare");
  const OneChange change(GetParam(), "ALTER TABLE b ADD COLUMN m int");
  change.prepare(database.url());
  admin.query("GRANT USAGE ON SCHEMA supabase_migrations TO fault_guest", "prepare");
  admin.query("GRANT ALL ON ALL TABLES IN SCHEMA supabase_migrations TO fault_guest", "prepare");
  const std::string before = state_of(admin);
  const auto run = change.start(database.url().with("user", "fault_guest"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::failed));
  EXPECT_TRUE(holds(run->told(), "must be owner of table b")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: Connect as the role that owns what is changed")) << run->told();
  EXPECT_EQ(state_of(admin), before);
  admin.query("DROP OWNED BY fault_guest", "clean up");
  admin.query("DROP ROLE fault_guest", "clean up");
}

INSTANTIATE_TEST_SUITE_P(Of, RefusedTarget, both_stages, stage_name);
INSTANTIATE_TEST_SUITE_P(Of, BehindAPooler, both_stages, stage_name);

/// Where there is no history yet.
TEST(RefusedTargets, ARoleThatMayNotMakeTheHistoryIsTold) {
  FaultProject project;
  project.add("1", "CREATE TABLE a (n int)");
  const TestDatabase database;
  Session admin = database.admin();
  admin.query("CREATE ROLE fault_guest LOGIN", "prepare");
  const auto run = project.apply(database.url().with("user", "fault_guest"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), "GRANT CREATE ON DATABASE " + database.name() + " TO fault_guest;"))
      << run->told();
  EXPECT_EQ(records_of(admin), "no history");
  admin.query("DROP ROLE fault_guest", "clean up");
}

}  // namespace runner
