#pragma once

#include "runner/core/error.hpp"
#include "runner/postgres/session.hpp"

#include <memory>
#include <string_view>

struct pg_conn;

namespace runner {

struct FinishConnection {
  void operator()(pg_conn* connection) const;
};
using RawConnection = std::unique_ptr<pg_conn, FinishConnection>;

/// Connects without blocking on anything but the look-up of host names, which libpq leaves to the system.
/// Throws: Error{environment} with what, why and what to do; Error{interrupted} on a stop signal.
RawConnection open_connection(const DatabaseUrl& url, const SessionSettings& settings,
                              const StopSignal* stop);

/// Why libpq says a connection could not be made, as an Error that helps: what kind of trouble, and a hint.
/// `library_words` in libpq's verbose form, which carries the SQLSTATE.
Error connect_error(const DatabaseUrl& url, std::string_view library_words);

}  // namespace runner
