#include "runner/core/exit_code.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_project.hpp"
#include "tests/faults/statement_proxy.hpp"

#include <csignal>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Then = StatementProxy::Then;

/// A connection that breaks where it matters most: at the COMMIT of the first migration.
class ConnectionFaults : public testing::Test {
 protected:
  static bool starts(const StatementProxy::Statement& statement, std::string_view words) {
    return statement.text.starts_with(words);
  }
  /// Chooses the first COMMIT behind a statement that begins with these words.
  static StatementProxy::Choice commit_after(const std::string& words) {
    return [words, seen = false](const auto& statement) mutable {
      seen = seen || starts(statement, words);
      return seen && statement.text == "COMMIT";
    };
  }
  void wait_for_words(const Program& program, std::string_view words) const {
    while (!holds(program.told(), words)) ::usleep(1000);
  }
  std::string versions() {
    return ask(admin_,
               "SELECT coalesce(string_agg(version, ' ' ORDER BY version), '') "
               "FROM supabase_migrations.schema_migrations");
  }

  FaultProject project_{};
  const TestDatabase database_{};
  Session admin_ = database_.admin();
};

TEST_F(ConnectionFaults, AnApplyWhoseServerStaysAwayAfterCommitIsUnknown) {
  project_.add("1", "CREATE TABLE a (n int)");
  StatementProxy proxy(database_.url(), commit_after("CREATE TABLE a"),
                       [](const auto&) { return Then::cut_for_ever; });
  const auto run = project_.apply(proxy.url());
  wait_for_words(*run, "looking what became of apply 1_m");
  run->signal(SIGTERM);  // nobody waits for a minute, then
  EXPECT_EQ(run->wait(), to_int(ExitCode::unknown));
  const std::string told = run->told();
  EXPECT_TRUE(
      holds(told, "error: the connection broke at the COMMIT of apply 1_m, and what came of it is not known"))
      << told;
  EXPECT_TRUE(holds(told, "look whether version 1 is in the history before anything else")) << told;
  EXPECT_EQ(versions(), "1");
  EXPECT_EQ(project_.apply(database_.url())->wait(), 0);
  count_fault("apply: server out of reach after COMMIT, exit code 6", versions() == "1");
}

TEST_F(ConnectionFaults, ARollbackWhoseServerStaysAwayAfterCommitIsUnknown) {
  project_.add("1", "SELECT 1");
  project_.add("2", "CREATE TABLE a (n int)", "DROP TABLE a");
  ASSERT_EQ(project_.apply(database_.url())->wait(), 0);
  StatementProxy proxy(database_.url(), commit_after("DROP TABLE a"),
                       [](const auto&) { return Then::cut_for_ever; });
  const auto run = project_.roll_back(proxy.url(), "1");
  wait_for_words(*run, "looking what became of roll back 2_m");
  run->signal(SIGINT);
  EXPECT_EQ(run->wait(), to_int(ExitCode::unknown));
  EXPECT_TRUE(holds(run->told(), "look whether version 2 is in the history before anything else"))
      << run->told();
  EXPECT_EQ(versions(), "1");
  EXPECT_EQ(project_.roll_back(database_.url(), "1")->wait(), 0);
  count_fault("rollback: server out of reach after COMMIT, exit code 6", versions() == "1");
}

TEST_F(ConnectionFaults, ARunOnItsSecondConnectionCanStillBeStopped) {
  project_.add("1", "CREATE TABLE a (n int)");
  project_.add("2", "SELECT pg_sleep(600)");
  bool cut = false;
  StatementProxy proxy(database_.url(), commit_after("CREATE TABLE a"),
                       [&](const auto&) { return std::exchange(cut, true) ? Then::pass : Then::cut; });
  const auto run = project_.apply(proxy.url());
  wait_until(
      admin_,
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(6%' AND state = 'active'");
  run->signal(SIGTERM);
  EXPECT_EQ(run->wait(), to_int(ExitCode::terminated));
  EXPECT_EQ(versions(), "1");
  wait_until_alone(admin_);
}

}  // namespace runner
