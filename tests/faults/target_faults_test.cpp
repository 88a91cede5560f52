#include "runner/core/exit_code.hpp"
#include "runner/postgres/cluster.hpp"
#include "tests/faults/disturbed_stage.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/forked.hpp"
#include "tests/faults/own_server.hpp"
#include "tests/faults/pooler_process.hpp"

#include <csignal>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace runner {

using Then = StatementProxy::Then;

static bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// --- a server that stops

/// The server dies behind a statement in the midst of the run and is started again; the run, which looks what
/// became of its transaction, and another one end as if nothing had been.
static void stop_at(const DisturbedStage& stage, OwnServer& server, int goal) {
  const std::string name = fmt::format("stopped_{}", goal);
  server.make(name);
  int count = 0;
  std::atomic<bool> stopped{false};
  StatementProxy proxy(
      server.url(name), [&](const auto&) { return ++count == goal; },
      [&](const auto&) {
        server.stop_at_once();
        stopped = true;
        return Then::cut;
      });
  const auto run = stage.start(proxy.url());
  while (!stopped && !run->ended()) ::usleep(1000);
  ASSERT_TRUE(stopped) << run->told();
  server.start();
  const int code = run->wait();
  EXPECT_TRUE(code == 0 || code == to_int(ExitCode::environment)) << code << run->told();
  stage.expect_survived("server stopped with 'immediate'", server.url(name), server.admin_url(name));
}

TEST(TargetFaults, AServerThatIsStoppedAtOnceDuringApply) {
  const DisturbedStage stage(DisturbedStage::Stage::apply, 6);
  OwnServer server;
  // In the ledger's transaction; in migrations, behind COMMIT, in a file outside of a transaction.
  for (const int goal : {10, 20, 24, 25, 26, 40, 57, 60, 64, 70}) stop_at(stage, server, goal);
}

TEST(TargetFaults, AServerThatIsStoppedAtOnceDuringAConcurrentIndexBuild) {
  FaultProject project;
  project.add("1", "CREATE INDEX CONCURRENTLY big_n ON big (n)");
  OwnServer server;
  server.make("target");
  Session::connect(server.url("target"), {}, nullptr).query("CREATE TABLE big (n int)", "prepare");
  const auto run = [&] {
    Session writer = Session::connect(server.url("target"), {}, nullptr);
    writer.query("BEGIN", "begin");
    writer.query("INSERT INTO big VALUES (1)", "write");
    auto started = project.apply(server.url("target"));
    Session admin = Session::connect(server.admin_url("target"), {}, nullptr);
    wait_until(
        admin,
        "SELECT count(*) > 0 FROM pg_index WHERE indexrelid = to_regclass('big_n') AND NOT indisvalid");
    server.stop_at_once();
    return started;
  }();
  server.start();
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  const auto again = project.apply(server.url("target"));
  EXPECT_EQ(again->wait(), 0) << again->told();
  Session admin = Session::connect(server.admin_url("target"), {}, nullptr);
  const std::string indexes = ask(admin,
                                  "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ') "
                                  "FROM pg_index WHERE indrelid = 'big'::regclass");
  EXPECT_EQ(indexes, "big_n true");
  count_fault("apply: server stopped with 'immediate' during CONCURRENTLY", indexes == "big_n true");
}

// --- a target that is none

TEST(TargetFaults, AStandbyIsRefused) {
  OwnServer primary;
  primary.stop();
  const OwnServer standby(OwnServer::StandbyOf{primary});
  FaultProject project;
  project.add("1", "CREATE TABLE a (n int)");
  const auto run = project.apply(standby.url("control"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), " is a standby\n")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: set DATABASE_URL to the primary server")) << run->told();
}

class PoolerFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (pgbouncer().empty()) GTEST_SKIP() << "PgBouncer is not installed";
  }
};

TEST_F(PoolerFaults, ASessionModePoolerServes) {
  const DisturbedStage stage(DisturbedStage::Stage::apply, 6);
  const auto database = stage.database();
  const PoolerProcess pooler(database->url(), "session");
  stage.expect_survived("PgBouncer in session mode", pooler.url(), database->admin_url());
}

TEST_F(PoolerFaults, ATransactionModePoolerIsRefused) {
  FaultProject project;
  project.add("1", "CREATE TABLE a (n int)");
  const TestDatabase database;
  const PoolerProcess pooler(database.url(), "transaction");
  const auto run = project.apply(pooler.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(run->told(), " is behind a transaction-mode pooler\n")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: use the session pooler")) << run->told();
  Session admin = database.admin();
  EXPECT_EQ(state_of(admin), state_of(admin));
  EXPECT_EQ(records_of(admin), "no history");
  EXPECT_EQ(ask(admin, "SELECT to_regclass('a')"), "NULL");
}

// --- a role that may not

TEST(TargetFaults, MissingRightsAreFoundBeforeTheFirstStatement) {
  FaultProject project;
  project.add("1", "CREATE TABLE a (n int)");
  const TestDatabase database;
  Session admin = database.admin();
  admin.query("CREATE ROLE fault_reader LOGIN", "prepare");
  const DatabaseUrl reader = database.url().with("user", "fault_reader");
  const auto first = project.apply(reader);
  EXPECT_EQ(first->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(holds(first->told(), "GRANT CREATE ON DATABASE " + database.name() + " TO fault_reader;"))
      << first->told();
  EXPECT_EQ(records_of(admin), "no history");

  ASSERT_EQ(project.apply(database.url())->wait(), 0);
  project.add("2", "CREATE TABLE b (n int)");
  admin.query("GRANT USAGE, CREATE ON SCHEMA public, supabase_migrations TO fault_reader", "prepare");
  admin.query("GRANT SELECT ON ALL TABLES IN SCHEMA supabase_migrations TO fault_reader", "prepare");
  const std::string before = state_of(admin);
  const auto second = project.apply(reader);
  EXPECT_EQ(second->wait(), to_int(ExitCode::environment));
  EXPECT_TRUE(
      holds(second->told(), "GRANT SELECT, INSERT ON \"supabase_migrations\".runner_log TO fault_reader;"))
      << second->told();
  EXPECT_EQ(state_of(admin), before);
  admin.query("DROP OWNED BY fault_reader", "clean up");
  admin.query("DROP ROLE fault_reader", "clean up");
}

// --- a full disk

static constexpr int no_scene = 77;

/// A tablespace of 16 MB on a file system of its own, which then grows.
static int fill_a_tablespace(const std::filesystem::path& place) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=16m") != 0)
    return no_scene;
  const RunAs as = unprivileged_user();
  if (::chown(place.c_str(), as.uid, as.gid) != 0) return no_scene;
  OwnServer server;
  server.make("target");
  Session admin = Session::connect(server.admin_url("target"), {}, nullptr);
  admin.query(fmt::format("CREATE TABLESPACE small LOCATION '{}'", place.string()), "prepare");
  admin.query("GRANT CREATE ON TABLESPACE small TO postgres", "prepare");
  FaultProject project;
  project.add("1", "CREATE TABLE a (n int) TABLESPACE small");
  project.add("2", "INSERT INTO a SELECT 1;\nINSERT INTO a SELECT n FROM generate_series(1, 600000) n");
  const auto run = project.apply(server.url("target"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_TRUE(holds(run->told(), "migrations/2_m.sql:2:1: cannot apply 2_m\n")) << run->told();
  EXPECT_TRUE(holds(run->told(), "(SQLSTATE 53100)")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: free disk space where the server keeps its data")) << run->told();
  EXPECT_EQ(ask(admin, "SELECT count(*) FROM a"), "0");
  EXPECT_EQ(ask(admin, "SELECT string_agg(version, ' ') FROM supabase_migrations.schema_migrations"), "1");
  if (::mount("tmpfs", place.c_str(), "tmpfs", MS_REMOUNT, "size=256m") != 0) return no_scene;
  EXPECT_EQ(project.apply(server.url("target"))->wait(), 0);
  EXPECT_EQ(ask(admin, "SELECT count(*) FROM a"), "600001");
  return testing::Test::HasFailure() ? 1 : 0;
}

TEST(TargetFaults, AFullTablespaceIsAnEnvironmentErrorAndKeepsNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to mount a small file system";
  const TestFolder folder;
  const int status = run_forked([&] {
    const int played = fill_a_tablespace(folder.path());
    std::fflush(stdout);
    return played;
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, 0);
  count_fault("apply: tablespace full", status == 0);
}

}  // namespace runner
