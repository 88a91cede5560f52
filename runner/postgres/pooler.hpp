#pragma once

#include "runner/postgres/session.hpp"

struct pg_conn;

namespace runner {

/// Throws Error{environment} when the address is known to be a transaction-mode pooler.
void refuse_pooler_address(const DatabaseUrl& url);

/// Throws Error{environment} when an idle connection turns out to share its backend with others.
/// `backend_pid` is what the server says; it differs from libpq's number only where a pooler stands between.
void refuse_shared_backend(pg_conn* connection, int backend_pid, const DatabaseUrl& url,
                           const SessionSettings& settings, const StopSignal* stop);

}  // namespace runner
