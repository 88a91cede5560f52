#pragma once

#include "runner/migration/history.hpp"

#include <cstdint>

namespace runner {

/// Keys of advisory locks: two for each history, so that projects that share a database do not meet.
/// The session's lock keeps other runners out for a whole run; the transaction's is held while one version
/// changes. They differ, because a session whose connection was lost holds the first without our knowledge.
std::int64_t session_lock_key(const HistoryTable& history);
std::int64_t transaction_lock_key(const HistoryTable& history);

}  // namespace runner
