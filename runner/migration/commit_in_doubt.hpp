#pragma once

#include "runner/core/reporter.hpp"
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
  std::string hint{};   ///< where nobody could be asked; empty: to look for the version in the history
};

/// The probe of an open transaction that wrote rows of `table`, a name as SQL writes it: gives one that it,
/// or a savepoint of it, wrote, once it is committed. Rows of others that are younger do no harm, because the
/// transaction's number is asked before. A view's rows and those of another server do not tell who wrote
/// them: there the number alone has to do. Without a table nothing was written, and one outcome is as good as
/// the other.
SqlCall probe_of_rows(Session& session, const std::string& table);

/// Connects anew, puts the new connection in the place of `session`, and finds out what became of the
/// transaction: by its number when it was aborted, else, when it has ended, by what it left.
/// A stop signal leaves it two seconds more: who interrupts wants to know, too, but does not wait a minute.
/// Returns whether it was committed.
/// Throws: Error{unknown} naming the version, or with the hint given, when that cannot be established.
bool was_committed(const DoubtfulCommit& doubtful, Session& session, const HistoryTable& history,
                   const StopSignal& stop);

/// Commits the session's open transaction; its number need not be in `doubtful`. A stop signal waits until
/// the server has answered: nobody would know what came of it. When the connection breaks, was_committed
/// tells. Returns why the server refused, which took the transaction back; nothing once it is committed.
/// Throws: Error{environment} when the connection broke and nothing was kept; what was_committed throws.
std::optional<SqlError> commit(Session& session, DoubtfulCommit doubtful, const HistoryTable& history,
                               const StopSignal& stop, Reporter& reporter);

}  // namespace runner
