#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/ledger.hpp"
#include "stages/rollback/way_back.hpp"

#include <chrono>
#include <string>

namespace runner {

/// What the ledger is to say about a rollback.
struct UndoRecord {
  LedgerRun run{};
  std::string proof{};  ///< "proven", "unproven"
};

struct Undone {
  Findings findings{};      ///< an error when the SQL was refused: nothing was changed then
  bool by_another = false;  ///< the version was gone from the history already
  std::chrono::nanoseconds duration{};
};

/// Executes a rollback on the target, takes the version out of the history and writes the ledger: all in one
/// transaction, with a lock timeout that grows and tries again while others hold the locks. SQL that
/// PostgreSQL refuses in a transaction runs statement by statement; what is done is kept in runner_progress,
/// so that the next call goes on behind it, and the history changes when everything is done.
/// Throws: Error{busy} when the locks could not be had in time, Error{environment}, Error{unknown} when the
/// connection broke at COMMIT and nobody can say what came of it.
Undone undo(const StepInput& in, Services& use, const WayBack& way, const UndoRecord& record);

}  // namespace runner
