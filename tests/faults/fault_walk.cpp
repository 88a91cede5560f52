#include "tests/faults/fault_walk.hpp"

#include "tests/faults/fault_project.hpp"

#include <atomic>

namespace runner {

static bool takes_lock(const std::string& statement) {
  return statement.starts_with("SELECT pg_try_advisory_lock");
}

bool FaultWalk::meets(const std::string& statement) {
  if (from_lock_ && count_ == 0 && !takes_lock(statement)) return false;
  return ++count_ == goal_;
}

/// False when the run came to its end without a fault.
bool FaultWalk::run_once() {
  count_ = 0;
  std::unique_ptr<Program> program;
  std::atomic<const Program*> running{nullptr};
  StatementProxy proxy(
      url_, [&](const auto& statement) { return meets(statement.text); },
      [&](const auto& statement) {
        met_ = statement.text;
        while (running == nullptr) std::this_thread::yield();
        return fault_(*running, statement);
      });
  program = start_(proxy.url());
  running = program.get();
  last_code_ = program->wait();
  return proxy.faults() > 0;
}

/// The lock, what the ledger looks like, the history: they change nothing.
static constexpr int first_statements = 3;

int FaultWalk::walk() {
  std::string state = records_of(admin_);
  int faults = 0;
  for (;; ++faults) {
    goal_ = ++goals_[state];
    if (!run_once()) return faults;
    wait_until_alone(admin_);
    if (!from_lock_ && takes_lock(met_)) {
      from_lock_ = true;
      goals_[state] = 1;  // counted anew: the lock was met
    }
    state = records_of(admin_);
    if (goals_.try_emplace(state, first_statements).second) check_(state, met_);
  }
}

}  // namespace runner
