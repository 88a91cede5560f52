#include "runner/core/exit_code.hpp"
#include "tests/faults/disturbed_stage.hpp"

#include <csignal>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

using Then = StatementProxy::Then;
using Statement = StatementProxy::Statement;

class StageFaults : public testing::TestWithParam<Stage> {
 protected:
  /// Before each rollback all rows that would be lost are counted: fewer versions, for the time's sake.
  static int many() { return GetParam() == Stage::apply ? 50 : 12; }
  /// Tables, and an index made CONCURRENTLY.
  static constexpr int few = 3;
  DisturbedStage stage(int migrations) const { return {GetParam(), migrations}; }
  const TestDatabase control_{};
  Session admin_ = control_.admin();
};

static bool any(const Statement&) {
  return true;
}

static bool commits(const Statement& statement) {
  return statement.text == "COMMIT";
}

TEST_P(StageFaults, Kill9AtEveryStatement) {
  const int migrations = times(many());
  const int faults =
      stage(migrations).walk("kill -9 behind each statement", [](const Program& program, const auto&) {
        program.signal(SIGKILL);
        return Then::cut;
      });
  EXPECT_GT(faults, migrations * 10);
}

TEST_P(StageFaults, Kill9AtRandomMoments) {
  stage(many()).signal_at_random_moments("kill -9 at a random moment", times(100), {SIGKILL});
}

TEST_P(StageFaults, AStopSignalAtRandomMoments) {
  const std::set<int> codes = stage(many()).signal_at_random_moments("SIGTERM or SIGINT at a random moment",
                                                                     times(30), {SIGTERM, SIGINT});
  // Before the handler is installed the signal itself ends the process.
  for (const int code : codes)
    EXPECT_TRUE(code == 0 || code == 130 || code == 143 || code == 1000 + SIGINT || code == 1000 + SIGTERM)
        << code;
}

TEST_P(StageFaults, ABackendThatIsEndedAtEachStatement) {
  const std::multiset<int> codes =
      stage(few).at_each("pg_terminate_backend behind each statement", any, [&](const Statement& at) {
        ask(admin_, fmt::format("SELECT pg_terminate_backend({})", at.backend));
        wait_until(admin_,
                   fmt::format("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {}", at.backend));
        return Then::pass;
      });
  EXPECT_GT(codes.size(), 30U);
  EXPECT_EQ(codes.count(0) + codes.count(to_int(ExitCode::environment)), codes.size());
}

/// What was committed is found out on another connection, and the run goes on.
TEST_P(StageFaults, ACommitWhoseAnswerIsLost) {
  const std::multiset<int> codes =
      stage(few).at_each("answer to COMMIT lost", commits, [](const Statement&) { return Then::cut; });
  EXPECT_GE(codes.size(), 3U);
  // The ledger's own COMMIT comes before the first migration: nothing is lost by trying again.
  const std::size_t of_ledger = GetParam() == Stage::apply ? 1 : 0;
  EXPECT_EQ(codes.count(0), codes.size() - of_ledger);
  EXPECT_EQ(codes.count(to_int(ExitCode::environment)), of_ledger);
}

TEST_P(StageFaults, EightRunsAtOnceDoTheWorkOnce) {
  const DisturbedStage disturbed = stage(GetParam() == Stage::apply ? 20 : 6);
  const std::unique_ptr<TestDatabase> database = disturbed.database();
  std::vector<std::unique_ptr<Program>> runs;
  for (int i = 0; i < 8; ++i) runs.push_back(disturbed.start(database->url()));
  for (const auto& run : runs) EXPECT_EQ(run->wait(), 0) << run->told();
  disturbed.expect_survived("8 runs at once", *database);
}

INSTANTIATE_TEST_SUITE_P(Of, StageFaults, both_stages, stage_name);

}  // namespace runner
