#include "runner/core/exit_code.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/one_change.hpp"
#include "tests/faults/statement_proxy.hpp"

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace runner {

/// ALTER TABLE … DETACH PARTITION … CONCURRENTLY is two transactions: between them the partition is neither
/// attached nor detached, and the statement itself is refused there.
class DetachFaults : public testing::TestWithParam<Stage> {
 protected:
  DetachFaults() {
    reader_.query("CREATE TABLE p (n int) PARTITION BY LIST (n)", "prepare");
    reader_.query("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "prepare");
    change_.prepare(database_.url());
  }
  /// The fault comes while the statement waits for a reader; then the change is run once more.
  void interrupted(const std::string& fault, int code, const std::function<void(const Program&)>& act) {
    reader_.query("BEGIN", "begin");
    reader_.query("SELECT FROM p", "read");
    const auto run = change_.start(database_.url());
    wait_until(admin_, "SELECT coalesce(bool_or(inhdetachpending), false) FROM pg_inherits");
    act(*run);
    EXPECT_EQ(run->wait(), code) << run->told();
    wait_until(admin_,
               "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE p DETACH%' "
               "AND state = 'active'");
    reader_.query("COMMIT", "end");
    expect_detached_by_the_next_run(fault);
  }
  void expect_detached_by_the_next_run(const std::string& fault) {
    const auto again = change_.start(database_.url());
    EXPECT_EQ(again->wait(), 0) << again->told();
    const bool detached = ask(admin_, "SELECT count(*) FROM pg_inherits") == "0";
    EXPECT_TRUE(detached);
    EXPECT_TRUE(change_.done(admin_));
    EXPECT_EQ(ask(admin_, "SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
    count_fault(named(GetParam(), fault), detached && change_.done(admin_));
  }

  const OneChange change_{GetParam(), "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY"};
  const TestDatabase database_{};
  Session admin_ = database_.admin();
  Session reader_ = database_.session();
};

TEST_P(DetachFaults, Kill9WhileItWaits) {
  interrupted("kill -9 during DETACH CONCURRENTLY", 1000 + SIGKILL,
              [](const Program& run) { run.signal(SIGKILL); });
}

TEST_P(DetachFaults, AStopSignalWhileItWaits) {
  interrupted("SIGTERM during DETACH CONCURRENTLY", to_int(ExitCode::terminated),
              [](const Program& run) { run.signal(SIGTERM); });
}

TEST_P(DetachFaults, ABackendThatIsEndedWhileItWaits) {
  interrupted("pg_terminate_backend during DETACH CONCURRENTLY", to_int(ExitCode::environment),
              [&](const Program&) {
                ask(admin_,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'ALTER TABLE p DETACH%'");
              });
}

TEST_P(DetachFaults, Kill9BehindIt) {
  std::atomic<const Program*> running{nullptr};
  StatementProxy proxy(
      database_.url(),
      [](const auto& statement) { return statement.text.starts_with("ALTER TABLE p DETACH"); },
      [&](const auto&) {
        while (running == nullptr) std::this_thread::yield();
        running.load()->signal(SIGKILL);
        return StatementProxy::Then::cut;
      });
  const auto run = change_.start(proxy.url());
  running = run.get();
  EXPECT_EQ(run->wait(), 1000 + SIGKILL);
  wait_until(admin_, "SELECT count(*) = 2 FROM pg_stat_activity WHERE datname = current_database()");
  EXPECT_FALSE(change_.done(admin_));
  expect_detached_by_the_next_run("kill -9 behind DETACH CONCURRENTLY");
}

INSTANTIATE_TEST_SUITE_P(Of, DetachFaults, both_stages, stage_name);

}  // namespace runner
