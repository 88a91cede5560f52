#include "runner/core/error.hpp"
#include "runner/migration/blockers.hpp"
#include "runner/migration/lock_keys.hpp"
#include "runner/migration/stop_aware_sleep.hpp"
#include "runner/migration/target_transaction.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace runner {

static constexpr std::chrono::milliseconds first_pause{50};
static constexpr std::chrono::milliseconds longest_pause{1000};

RunnerLock::RunnerLock(Session& session, const HistoryTable& history, std::chrono::milliseconds retry_for,
                       Reporter& reporter, const StopSignal& stop)
    : session_(session),
      key_(session_lock_key(history)),
      retry_for_(retry_for),
      reporter_(reporter),
      stop_(stop) {
  take_again();
}

void RunnerLock::take_again() {
  const std::array<Cell, 1> parameters{std::to_string(key_)};
  const auto end = std::chrono::steady_clock::now() + retry_for_;
  std::string told;
  for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
    const Rows taken =
        session_.query("SELECT pg_try_advisory_lock($1::bigint)", "lock out other runners", parameters);
    if (taken.rows.at(0).at(0) == "t") return;
    const std::vector<Blocker> holders = holders_of(session_, key_);
    const std::string who =
        holders.empty() ? "another runner" : fmt::format("another runner, {}", shown(holders));
    if (std::chrono::steady_clock::now() + pause > end)
      throw Error{ExitCode::busy, fmt::format("another runner is at work on {}", session_.url().describe())}
          .because("waited for " + who)
          .hint("run it again when the other one has ended");
    if (told.empty()) reporter_.say("waits for " + who);
    told = who;
    sleep_unless_stopped(jittered(pause), stop_);
  }
}

RunnerLock::~RunnerLock() {
  try {
    const std::array<Cell, 1> parameters{std::to_string(key_)};
    if (session_.state() == TransactionState::idle)
      session_.execute("SELECT pg_advisory_unlock($1::bigint)", parameters);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): interrupted; the lock ends with the session
  }
}

}  // namespace runner
