#pragma once

#include "runner/migration/outside_transaction.hpp"
#include "stages/rollback/way_back.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace runner {

/// What all rollbacks of one step have in common.
struct UndoContext {
  const StepInput& in;
  Services& use;
  OutsideLimits limits{};
  LedgerRun run{};
  std::string proof{};  ///< for the ledger: "proven", "unproven"
};

struct Undone {
  std::string refused{};    ///< label of the version that was refused
  Findings findings{};      ///< an error when the SQL was refused: nothing of a transaction is kept then
  bool by_another = false;  ///< the version was gone from the history already
  bool kept_parts = false;  ///< it was refused outside a transaction: what went before stays
  bool reconnected = false;
  std::chrono::nanoseconds duration{};
};

/// Executes a rollback on the target, takes the version out of the history and writes the ledger: all in one
/// transaction. SQL that PostgreSQL refuses in a transaction runs statement by statement, goes on behind what
/// an earlier call has done, and the history changes when everything is done.
/// Throws: what TargetTransaction::run and run_outside_transaction throw.
Undone undo(const UndoContext& to, const WayBack& way);

/// True when all of them can be one transaction.
bool can_be_together(const std::vector<WayBack>& ways);

/// The same for several, in their order, as one transaction: all are rolled back, or none is.
Undone undo_together(const UndoContext& to, const std::vector<WayBack>& ways);

}  // namespace runner
