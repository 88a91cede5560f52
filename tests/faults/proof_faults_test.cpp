#include "tests/faults/disturbed_stage.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_project.hpp"
#include "tests/faults/forked.hpp"

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Clock = std::chrono::steady_clock;

/// A rollback that is killed while it is tried on a shadow.
class ProofFaults : public testing::Test {
 protected:
  ProofFaults() {
    adopt_orphans();
    project_.add("1", "CREATE TABLE a (n int)", "DROP TABLE a");
    project_.add("2", "ALTER TABLE a ADD COLUMN m int", "ALTER TABLE a DROP COLUMN m");
    const auto run = project_.apply(original_.url());
    EXPECT_EQ(run->wait(), 0) << run->told();
  }
  std::unique_ptr<Program> start(const TestDatabase& database, const TestFolder& cache) const {
    return project_.roll_back(database.url(), "1", {{"RUNNER_CACHE_DIR", cache.path().string()}});
  }
  static bool told(const Program& program, std::string_view words) {
    return program.told().find(words) != std::string::npos;
  }
  static void wait_for(Program& program, std::string_view words) {
    while (!told(program, words) && !program.ended()) ::usleep(1000);
  }

  FaultProject project_{};
  const TestDatabase original_{};
};

static constexpr std::string_view begins = "rollbacks/2_m.rollback.sql\n";
static constexpr std::string_view ends = "proven on a shadow";

TEST_F(ProofFaults, Kill9LeavesTheTargetAsItWasAndNoServer) {
  const TestDatabase calm{TestDatabase::CopyOf{original_}};
  const TestFolder cold;
  const auto undisturbed = start(calm, cold);
  wait_for(*undisturbed, begins);
  const auto began = Clock::now();
  wait_for(*undisturbed, ends);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  ASSERT_EQ(undisturbed->wait(), 0) << undisturbed->told();
  Session calm_admin = calm.admin();
  const std::string after = state_of(calm_admin);

  const std::set<pid_t> servers = children();
  const TestDatabase database{TestDatabase::CopyOf{original_}};
  Session admin = database.admin();
  const std::string before = state_of(admin);
  std::mt19937 random{20260309};
  std::uniform_int_distribution<useconds_t> moment{0, static_cast<useconds_t>(took.count() * 3 / 4)};
  std::optional<TestFolder> cache;  // cold for each, but what the last one leaves is used
  int killed = 0;
  for (int i = 0; i < 5; ++i) {
    cache.emplace();
    const auto run = start(database, *cache);
    wait_for(*run, begins);
    ::usleep(moment(random));
    run->signal(SIGKILL);
    const bool in_time = run->wait() == 1000 + SIGKILL && !told(*run, ends);
    ASSERT_TRUE(all_children_end(servers)) << "a process of the killed run is left";
    if (!in_time) break;
    EXPECT_EQ(state_of(admin), before);
    ++killed;
  }
  EXPECT_GT(killed, 0);
  const auto again = start(database, *cache);
  EXPECT_EQ(again->wait(), 0) << again->told();
  EXPECT_EQ(state_of(admin), after);
  for (int i = 0; i < killed; ++i)
    count_fault("rollback: kill -9 during its proof on a shadow", state_of(admin) == after);
}

}  // namespace runner
