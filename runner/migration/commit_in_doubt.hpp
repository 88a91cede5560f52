#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/postgres/session.hpp"

#include <optional>
#include <string>

namespace runner {

/// A transaction whose connection broke after COMMIT may have been sent.
struct DoubtfulCommit {
  std::string doing{};        ///< for messages
  std::string transaction{};  ///< xid8, or empty when the server had not told it yet
  std::string version{};
  SqlCall probe{};      ///< gives a row once it is committed; empty: the history's row tells
  bool inserts = true;  ///< its row of the history is there once it is committed
};

/// Connects anew, puts the new connection in the place of `session`, and finds out what became of the
/// transaction: by its number when it was aborted, else, when it has ended, by what it left.
/// A stop signal leaves it two seconds more: who interrupts wants to know, too, but does not wait a minute.
/// Returns whether it was committed.
/// Throws: Error{unknown} naming the version when that cannot be established.
bool was_committed(const DoubtfulCommit& doubtful, Session& session, const HistoryTable& history,
                   const StopSignal& stop);

}  // namespace runner
