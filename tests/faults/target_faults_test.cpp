#include "runner/core/exit_code.hpp"
#include "runner/postgres/cluster.hpp"
#include "tests/faults/disturbed_stage.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/forked.hpp"
#include "tests/faults/one_change.hpp"
#include "tests/faults/own_server.hpp"

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

class ServerStops : public testing::TestWithParam<Stage> {
 protected:
  OwnServer server_{};
};

/// The server dies behind a statement in the midst of the run and is started again; the run, which looks what
/// became of its transaction, and another one end as if nothing had been. False when the run ended before.
static bool stop_at(const DisturbedStage& stage, OwnServer& server, int goal) {
  const std::string name = fmt::format("stopped_{}", goal);
  server.make(name);
  stage.prepare(server.url(name));
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
  if (!stopped) return false;
  server.start();
  const int code = run->wait();
  EXPECT_TRUE(code == 0 || code == to_int(ExitCode::environment)) << code << run->told();
  stage.expect_survived("server stopped with 'immediate'", server.url(name), server.admin_url(name));
  return true;
}

TEST_P(ServerStops, AtOnceAndTheRunIsGoneOnWith) {
  const DisturbedStage stage(GetParam(), 6);
  // Of apply: in the ledger's transaction; in migrations, behind COMMIT, in a file outside of a transaction.
  for (const int goal : {10, 20, 24, 25, 26, 40, 57, 60, 64, 70})
    EXPECT_TRUE(stop_at(stage, server_, goal)) << goal;
}

/// A writer keeps the statement waiting, whose index is INVALID meanwhile.
TEST_P(ServerStops, AtOnceDuringAStatementThatIsConcurrent) {
  const bool makes = GetParam() == Stage::apply;
  const OneChange change(
      GetParam(), makes ? "CREATE INDEX CONCURRENTLY big_n ON big (n)" : "DROP INDEX CONCURRENTLY big_n",
      "CREATE INDEX big_n ON big (n)");
  server_.make("target");
  Session::connect(server_.url("target"), {}, nullptr).query("CREATE TABLE big (n int)", "prepare");
  change.prepare(server_.url("target"));
  const auto run = [&] {
    Session writer = Session::connect(server_.url("target"), {}, nullptr);
    writer.query("BEGIN", "begin");
    writer.query("INSERT INTO big VALUES (1)", "write");
    auto started = change.start(server_.url("target"));
    Session admin = Session::connect(server_.admin_url("target"), {}, nullptr);
    wait_until(
        admin,
        "SELECT count(*) > 0 FROM pg_index WHERE indexrelid = to_regclass('big_n') AND NOT indisvalid");
    server_.stop_at_once();
    return started;
  }();
  server_.start();
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  const auto again = change.start(server_.url("target"));
  EXPECT_EQ(again->wait(), 0) << again->told();
  Session admin = Session::connect(server_.admin_url("target"), {}, nullptr);
  const std::string indexes = ask(admin,
                                  "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ') "
                                  "FROM pg_index WHERE indrelid = 'big'::regclass");
  EXPECT_EQ(indexes, makes ? "big_n true" : "NULL");
  count_fault(named(GetParam(), "server stopped with 'immediate' during CONCURRENTLY"),
              change.done(admin) && indexes == (makes ? "big_n true" : "NULL"));
}

INSTANTIATE_TEST_SUITE_P(Of, ServerStops, both_stages, stage_name);

// --- a full disk

static constexpr int no_scene = 77;

/// A tablespace of 16 MB on a file system of its own, which then grows.
static int fill_a_tablespace(const std::filesystem::path& place, Stage stage) {
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
  Session::connect(server.url("target"), {}, nullptr)
      .query("CREATE TABLE a (n int) TABLESPACE small", "prepare");
  const OneChange change(stage,
                         "INSERT INTO a SELECT 1;\nINSERT INTO a SELECT n FROM generate_series(1, 600000) n");
  change.prepare(server.url("target"));
  const auto run = change.start(server.url("target"));
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_TRUE(holds(run->told(), fmt::format("{}:2:1: cannot {} 2_m\n", change.shown_path(),
                                             stage == Stage::apply ? "apply" : "roll back")))
      << run->told();
  EXPECT_TRUE(holds(run->told(), "(SQLSTATE 53100)")) << run->told();
  EXPECT_TRUE(holds(run->told(), "hint: free disk space where the server keeps its data")) << run->told();
  EXPECT_EQ(ask(admin, "SELECT count(*) FROM a"), "0");
  EXPECT_FALSE(change.done(admin));
  if (::mount("tmpfs", place.c_str(), "tmpfs", MS_REMOUNT, "size=256m") != 0) return no_scene;
  EXPECT_EQ(change.start(server.url("target"))->wait(), 0);
  EXPECT_EQ(ask(admin, "SELECT count(*) FROM a"), "600001");
  EXPECT_TRUE(change.done(admin));
  return testing::Test::HasFailure() ? 1 : 0;
}

class FullDisk : public testing::TestWithParam<Stage> {};

TEST_P(FullDisk, IsAnEnvironmentErrorAndKeepsNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to mount a small file system";
  const TestFolder folder;
  const int status = run_forked([&] {
    const int played = fill_a_tablespace(folder.path(), GetParam());
    std::fflush(stdout);
    return played;
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, 0);
  count_fault(named(GetParam(), "tablespace full"), status == 0);
}

INSTANTIATE_TEST_SUITE_P(Of, FullDisk, both_stages, stage_name);

}  // namespace runner
