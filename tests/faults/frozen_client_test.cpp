#include "runner/core/exit_code.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/one_change.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <csignal>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace runner {

/// A run that is stopped by SIGSTOP while it holds ACCESS EXCLUSIVE on a table that others write to.
class FrozenClient : public testing::TestWithParam<Stage> {
 protected:
  FrozenClient() { writer_.query("CREATE TABLE busy (n int)", "prepare"); }
  std::unique_ptr<Program> holding_its_lock(const OneChange& change, const DatabaseUrl& url) {
    change.prepare(database_.url());
    auto run = change.start(url);
    wait_until(admin_,
               "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'busy'::regclass "
               "AND mode = 'AccessExclusiveLock' AND granted");
    return run;
  }
  std::unique_ptr<Program> frozen(const OneChange& change) {
    auto run = holding_its_lock(change, database_.url());
    run->signal(SIGSTOP);
    return run;
  }
  /// 5 MB in statements of 100 kB.
  static std::string large_change() {
    const std::string long_text = "SELECT length('" + std::string(100'000, 'x') + "')";
    std::string sql = "ALTER TABLE busy ADD COLUMN m int;\nSELECT pg_sleep(1)";
    for (int i = 0; i < 50; ++i) sql += ";\n" + long_text;
    return sql;
  }
  bool writes_within(const std::string& time) {
    writer_.query("SET lock_timeout = '" + time + "'", "limit the wait");
    return !writer_.execute("INSERT INTO busy VALUES (1)").error;
  }

  const TestDatabase database_{};
  Session admin_ = database_.admin();
  Session writer_ = database_.session();
};

/// The server has the whole change, COMMIT included, and waits for nothing from the client.
TEST_P(FrozenClient, FreesItsLocks) {
  const OneChange change(GetParam(), "ALTER TABLE busy ADD COLUMN m int; SELECT pg_sleep(1)");
  const auto run = frozen(change);
  const bool free = writes_within("6s");
  EXPECT_TRUE(free);
  run->signal(SIGCONT);
  EXPECT_EQ(run->wait(), 0) << run->told();
  count_fault(named(GetParam(), "SIGSTOP while locks are held, freed within 6 s"),
              free && change.done(admin_));
}

/// The server has only a part of the change, and no limit of a statement's time applies while it waits for
/// the next one.
TEST_P(FrozenClient, FreesItsLocksInTheMidstOfSending) {
  const OneChange change(GetParam(), large_change());
  const auto run = frozen(change);
  const bool free = writes_within("9s");  // 6 s, and the rest of pg_sleep
  EXPECT_TRUE(free);
  run->signal(SIGCONT);
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_FALSE(change.done(admin_));
  const auto again = change.start(database_.url());
  EXPECT_EQ(again->wait(), 0) << again->told();
  count_fault(named(GetParam(), "SIGSTOP while a large change is sent, freed within 6 s"),
              free && change.done(admin_));
}

/// Nobody tells the server that its client is out of reach.
TEST_P(FrozenClient, FreesItsLocksWhenTheNetworkIsCut) {
  const OneChange change(GetParam(), large_change());
  TcpProxy network(database_.url());
  const auto run = holding_its_lock(change, network.url());
  network.cut();
  const bool free = writes_within("9s");
  EXPECT_TRUE(free);
  run->signal(SIGKILL);
  run->wait();
  EXPECT_FALSE(change.done(admin_));
  const auto again = change.start(database_.url());
  EXPECT_EQ(again->wait(), 0) << again->told();
  count_fault(named(GetParam(), "the network cut while a large change is sent, freed within 6 s"),
              free && change.done(admin_));
}

INSTANTIATE_TEST_SUITE_P(Of, FrozenClient, both_stages, stage_name);

}  // namespace runner
