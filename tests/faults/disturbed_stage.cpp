#include "tests/faults/disturbed_stage.hpp"

#include "runner/migration/ledger.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_walk.hpp"

#include <csignal>
#include <iterator>
#include <random>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Clock = std::chrono::steady_clock;

const Program::Variables without_shadow{{"RUNNER_PG_BIN", "/nonexistent"}};

std::string named(Stage stage, const std::string& fault) {
  return (stage == Stage::apply ? "apply: " : "rollback: ") + fault;
}

DisturbedStage::DisturbedStage(Stage stage, int migrations) : stage_(stage), migrations_(migrations) {
  project_.add_up_to(migrations);
  prepare(before_.url());
  const std::unique_ptr<TestDatabase> calm = database();
  const auto began = Clock::now();
  const auto program = start(calm->url());
  EXPECT_EQ(program->wait(), 0) << program->told();
  duration_ = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  Session admin = calm->admin();
  records_ = records_of(admin);
  state_ = state_of(admin);
}

std::unique_ptr<TestDatabase> DisturbedStage::database() const {
  return std::make_unique<TestDatabase>(TestDatabase::CopyOf{before_});
}

void DisturbedStage::prepare(const DatabaseUrl& url) const {
  if (stage_ == Stage::rollback) project_.apply(url)->wait();
}

std::unique_ptr<Program> DisturbedStage::start(const DatabaseUrl& url) const {
  return stage_ == Stage::apply ? project_.apply(url)
                                : project_.roll_back(url, FaultProject::version(1), without_shadow);
}

void DisturbedStage::expect_survived(const std::string& fault, const DatabaseUrl& url,
                                     const DatabaseUrl& admin_url) const {
  const auto again = start(url);
  const int code = again->wait();
  Session admin = Session::connect(admin_url, {}, nullptr);
  const bool whole = compared_++ % 10 == 0;
  const std::string seen = whole ? state_of(admin) : records_of(admin);
  const std::string& expected = whole ? state_ : records_;
  count_fault(named(stage_, fault), code == 0 && seen == expected);
  EXPECT_EQ(code, 0) << again->told();
  EXPECT_EQ(seen, expected);
}

/// What is there after each of the migrations, or of the rollbacks.
std::set<std::string> DisturbedStage::undisturbed_steps() const {
  const std::unique_ptr<TestDatabase> calm = database();
  Session admin = calm->admin();
  Session owner = calm->session();
  prepare_ledger(owner, {});
  FaultProject growing;
  std::set<std::string> steps{records_of(admin)};
  for (int i = 1; i <= migrations_; ++i) {
    growing.add_up_to(i);
    const auto program =
        stage_ == Stage::apply
            ? growing.apply(calm->url())
            : project_.roll_back(calm->url(), FaultProject::version(migrations_ - i + 1), without_shadow);
    EXPECT_EQ(program->wait(), 0) << program->told();
    steps.insert(records_of(admin));
  }
  return steps;
}

int DisturbedStage::walk(const std::string& fault, const Fault& act) const {
  std::set<std::string> whole = undisturbed_steps();
  const std::unique_ptr<TestDatabase> database = this->database();
  FaultWalk walk(
      *database, [this](const DatabaseUrl& url) { return start(url); }, act,
      [&](const std::string& records, const std::string& statement) {
        // Outside of a transaction, what is done of a file is recorded.
        EXPECT_TRUE(records.find("progress ") != std::string::npos || whole.contains(records))
            << "after " << statement << ":\n"
            << records;
      });
  const int faults = walk.walk();
  EXPECT_EQ(walk.last_code(), 0);
  const std::string state = state_of(walk.admin());
  EXPECT_EQ(state, state_);
  const bool survived = state == state_;
  for (int i = 0; i < faults; ++i) count_fault(named(stage_, fault), survived);
  return faults;
}

std::multiset<int> DisturbedStage::at_each(const std::string& fault, const StatementProxy::Choice& choice,
                                           const StatementProxy::Fault& act) const {
  std::multiset<int> codes;
  for (int goal = 1; !testing::Test::HasFailure(); ++goal) {
    const std::unique_ptr<TestDatabase> database = this->database();
    int count = 0;
    std::string met;
    StatementProxy proxy(
        database->url(), [&](const auto& statement) { return choice(statement) && ++count == goal; },
        [&](const auto& statement) {
          met = statement.text;
          return act(statement);
        });
    const auto program = start(proxy.url());
    const int code = program->wait();
    if (proxy.faults() == 0) break;
    codes.insert(code);
    SCOPED_TRACE(met + "\n" + program->told());
    expect_survived(fault, *database);
  }
  return codes;
}

std::set<int> DisturbedStage::signal_at_random_moments(const std::string& fault, int count,
                                                       const std::vector<int>& signals) const {
  std::mt19937 random{20260309};
  std::uniform_int_distribution<std::int64_t> moment{0, duration_.count()};
  std::set<int> codes;
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const std::unique_ptr<TestDatabase> database = this->database();
    const auto program = start(database->url());
    ::usleep(static_cast<useconds_t>(moment(random)));
    program->signal(signals[static_cast<std::size_t>(i) % signals.size()]);
    codes.insert(program->wait());
    expect_survived(fault, *database);
  }
  return codes;
}

}  // namespace runner
