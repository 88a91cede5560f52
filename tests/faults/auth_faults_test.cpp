// Accounts by SQL, and a COMMIT that gets no answer: they are there, all of them, or none is, and the program
// knows it.
#include "runner/core/exit_code.hpp"
#include "runner/core/file.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_project.hpp"
#include "tests/faults/statement_proxy.hpp"

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Then = StatementProxy::Then;

class AuthFaults : public testing::Test {
 protected:
  AuthFaults() {
    std::filesystem::create_directory(folder_ / "migrations");
    std::filesystem::create_directory(folder_ / "seeds");
    write_file(folder_ / "pipeline.yml",
               "version: 1\ndatabase: { url: \"${DATABASE_URL}\" }\nstages: { accounts: [auth-users] }\n"
               "seeds: { folder: seeds }\n");
    write_file(folder_ / "seeds/auth_users.yml",
               "version: 1\nlink: { table: public.people, email: email, id: account }\nusers:\n"
               "  - { email: ayu@example.org, password_variable: PASSWORD_OF_AYU }\n"
               "  - { email: budi@example.org, password_variable: PASSWORD_OF_BUDI }\n");
    database_.session().query(
        "CREATE TABLE people (email text PRIMARY KEY, account uuid REFERENCES auth.users);"
        "INSERT INTO people VALUES ('ayu@example.org'), ('budi@example.org')",
        "prepare");
  }
  std::unique_ptr<Program> start(const DatabaseUrl& url) const {
    return std::make_unique<Program>(
        folder_.path(), "accounts", url,
        Program::Variables{{"PASSWORD_OF_AYU", "one-pa55-word"}, {"PASSWORD_OF_BUDI", "two-pa55-words"}});
  }
  /// Accounts, their identities, people with an account.
  std::string accounts() {
    return ask(
        admin_,
        "SELECT concat_ws(' ', (SELECT count(*) FROM auth.users), (SELECT count(*) FROM auth.identities), "
        "(SELECT count(account) FROM people))");
  }
  static bool is_commit(const StatementProxy::Statement& statement) { return statement.text == "COMMIT"; }

  TestFolder folder_{};
  const TestDatabase database_{TestDatabase::Content::supabase};
  Session admin_ = database_.admin();
};

TEST_F(AuthFaults, AccountsWhoseAnswerIsLostAreFoundToBeThere) {
  // The second time there is nothing to write, and so no row to look for.
  for (const std::string_view what : {"made", "there already"}) {
    StatementProxy proxy(database_.url(), is_commit, [](const auto&) { return Then::cut; });
    const auto run = start(proxy.url());
    EXPECT_EQ(run->wait(), 0) << run->told();
    EXPECT_TRUE(holds(run->told(), "the accounts' transaction was committed before the connection broke"))
        << run->told();
    EXPECT_EQ(proxy.faults(), 1);
    EXPECT_EQ(accounts(), "2 2 2");
    count_fault(fmt::format("auth-users: connection cut behind COMMIT, {}", what), accounts() == "2 2 2");
  }
}

TEST_F(AuthFaults, ALinkAloneWhoseAnswerIsLostIsFoundToBeThere) {
  ASSERT_EQ(start(database_.url())->wait(), 0);
  admin_.query("UPDATE people SET account = NULL", "unlink");
  StatementProxy proxy(database_.url(), is_commit, [](const auto&) { return Then::cut; });
  const auto run = start(proxy.url());
  EXPECT_EQ(run->wait(), 0) << run->told();
  EXPECT_EQ(accounts(), "2 2 2");
  count_fault("auth-users: connection cut behind COMMIT, of links", accounts() == "2 2 2");
}

TEST_F(AuthFaults, AccountsOfABackendThatEndsBeforeTheCommitAreFoundToBeMissing) {
  StatementProxy proxy(
      database_.url(), [](const auto& statement) { return statement.text == "SELECT pg_current_xact_id()"; },
      end_backend(admin_));
  const auto run = start(proxy.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_TRUE(holds(run->told(), "nothing was kept of the accounts' transaction")) << run->told();
  EXPECT_EQ(accounts(), "0 0 0");
  EXPECT_EQ(start(database_.url())->wait(), 0);
  EXPECT_EQ(accounts(), "2 2 2");
  count_fault("auth-users: backend ended before COMMIT", accounts() == "2 2 2");
}

TEST_F(AuthFaults, AccountsOfAServerThatStaysAwayAreUnknown) {
  StatementProxy proxy(database_.url(), is_commit, [](const auto&) { return Then::cut_for_ever; });
  const auto run = start(proxy.url());
  while (!holds(run->told(), "looking what became of the accounts' transaction") && !run->ended())
    ::usleep(1000);
  run->signal(SIGTERM);  // nobody waits for a minute, then
  EXPECT_EQ(run->wait(), to_int(ExitCode::unknown)) << run->told();
  EXPECT_TRUE(holds(run->told(), "run it again: what is there stays as it is")) << run->told();
  EXPECT_FALSE(holds(run->told(), "pa55")) << run->told();
  count_fault("auth-users: server out of reach after COMMIT, exit code 6", accounts() == "2 2 2");
}

/// The signal comes when the server has committed and we do not know it.
TEST_F(AuthFaults, AccountsThatAreInterruptedDuringTheirCommitAreNotSaidToBeMissing) {
  Program* program = nullptr;
  StatementProxy proxy(database_.url(), is_commit, [&](const auto&) {
    program->signal(SIGINT);
    ::usleep(100'000);
    return Then::pass;
  });
  const auto run = start(proxy.url());
  program = run.get();
  run->wait();
  EXPECT_EQ(accounts(), "2 2 2");
  EXPECT_TRUE(holds(run->told(), "2 accounts: 2 created")) << run->told();
  count_fault("auth-users: SIGINT during COMMIT", accounts() == "2 2 2");
}

}  // namespace runner
