#pragma once

#include "runner/migration/ledger.hpp"

#include <map>
#include <string>

namespace runner {

/// How far a file that runs outside a transaction has come.
struct StatementProgress {
  std::string digest{};  ///< SHA-256 of the statement
  bool done = false;     ///< else it was begun, and nobody knows whether it ended
};

/// By statement, from 0. `way`: "apply" or "rollback".
std::map<std::size_t, StatementProgress> read_progress(Session& session, const HistoryTable& history,
                                                       const std::string& version, const std::string& way);

/// Notes a statement as begun or done.
/// Returns the transaction's number and the place in the WAL, as history_insert does.
SqlCall note_progress(const Session& session, const HistoryTable& history, const std::string& version,
                      const std::string& way, std::size_t statement, const StatementProgress& progress);

/// Forgets a statement that was begun, when it is known to have had no effect.
SqlCall forget_statement(const Session& session, const HistoryTable& history, const std::string& version,
                         const std::string& way, std::size_t statement);

/// Forgets the progress of a version, when all of it is done.
SqlCall forget_progress(const Session& session, const HistoryTable& history, const std::string& version,
                        const std::string& way);

}  // namespace runner
