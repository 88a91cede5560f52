#pragma once

#include "runner/migration/progress.hpp"
#include "runner/migration/target_transaction.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace runner {

/// A file whose statements cannot be one transaction.
struct OutsideWork {
  std::string doing{};
  SqlSource source{};
  std::vector<Statement> statements{};
  std::string version{};
  std::string way = "apply";  ///< or "rollback"
  SqlCall history{};          ///< done together with the ledger's entry when every statement is done
  bool inserts = true;
  std::function<LedgerEntry(const LockCost&)> entry{};
};

struct OutsideLimits {
  TargetLimits target{};
  /// CONCURRENTLY waits for every older transaction; a short limit would leave an INVALID index each time.
  std::chrono::milliseconds lock_timeout = std::chrono::minutes(5);
  std::chrono::milliseconds statement_timeout = std::chrono::hours(6);
};

/// Carries out a file statement by statement. What can run in a transaction does, together with the note
/// that it is done; of the others runner_progress says that they were begun, and then that they are done. A
/// run that ends early is gone on with at the first statement that is not done; an INVALID index of ours is
/// dropped first.
/// State `refused`: the statements before it stay.
/// Throws: what TargetTransaction::run throws; Error{failed} when the file differs from what was begun.
TargetResult run_outside_transaction(const OutsideWork& work, Session& session, const HistoryTable& history,
                                     const OutsideLimits& limits, Reporter& reporter, const StopSignal& stop);

}  // namespace runner
