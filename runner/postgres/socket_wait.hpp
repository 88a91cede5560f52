#pragma once

#include "runner/core/stop_signal.hpp"

#include <chrono>
#include <optional>

struct pg_conn;

namespace runner {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

enum class Wake { socket, stop, deadline };

/// Waits until the connection's socket is readable (or writable, when asked), a stop is requested or the
/// deadline passes. A socket that is gone counts as ready: libpq then says what is wrong.
Wake wait_for_socket(const pg_conn* connection, bool readable, bool writable, const StopSignal* stop,
                     const Deadline& deadline);

}  // namespace runner
