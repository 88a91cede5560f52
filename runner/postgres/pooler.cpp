#include "runner/postgres/pooler.hpp"

#include "runner/core/error.hpp"
#include "runner/postgres/connecting.hpp"
#include "runner/postgres/socket_wait.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace runner {

static Error transaction_pooler(const DatabaseUrl& url, std::string_view how_seen) {
  return Error{ExitCode::environment, fmt::format("{} is behind a transaction-mode pooler", url.describe())}
      .because(std::string(how_seen) + "; locks and settings would not stay with us")
      .hint("use the session pooler (port 5432 of the pooler's host) or the database's own host");
}

static bool is_supabase(std::string_view host) {
  return host.ends_with(".supabase.co") || host.ends_with(".supabase.com");
}

void refuse_pooler_address(const DatabaseUrl& url) {
  // Source: Supabase manual, "Connect to your database": 6543 is the transaction mode, 5432 the session mode.
  if (url.get("port") == "6543" && is_supabase(url.get("host")))
    throw transaction_pooler(url, "port 6543 is Supabase's transaction mode");
}

/// A session-mode pooler whose backends are all taken lets a second connection wait for minutes.
static constexpr std::chrono::seconds time_to_answer{2};

/// The backend that serves the connection now, or nothing when none does in time.
static std::optional<int> backend_of(PGconn* connection, const StopSignal* stop) {
  const Deadline deadline = std::chrono::steady_clock::now() + time_to_answer;
  if (PQsendQuery(connection, "SELECT pg_catalog.pg_backend_pid()") == 0) return std::nullopt;
  std::optional<int> backend;
  for (;;) {
    while (PQisBusy(connection) != 0) {
      const Wake wake = wait_for_socket(connection, true, PQflush(connection) > 0, stop, deadline);
      if (wake == Wake::stop) stop->check();
      if (wake == Wake::deadline || PQconsumeInput(connection) == 0) return std::nullopt;
    }
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) return backend;
    if (PQresultStatus(result) == PGRES_TUPLES_OK) backend = std::stoi(PQgetvalue(result, 0, 0));
    PQclear(result);
  }
}

static RawConnection second_connection(const DatabaseUrl& url, const SessionSettings& settings,
                                       const StopSignal* stop) {
  try {
    return open_connection(url, settings, stop);
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
    return nullptr;  // no connection left: nothing is shown by that
  }
}

/// A transaction-mode pooler gives the backend that we just used to whoever asks next; a session-mode one
/// keeps it for us and lets the other wait.
void refuse_shared_backend(pg_conn* connection, int backend_pid, const DatabaseUrl& url,
                           const SessionSettings& settings, const StopSignal* stop) {
  if (backend_pid == PQbackendPID(connection)) return;
  const RawConnection other = second_connection(url, settings, stop);
  if (!other) return;
  static constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    const std::optional<int> theirs = backend_of(other.get(), stop);
    if (!theirs) return;
    const std::optional<int> ours = backend_of(connection, stop);
    if (theirs == ours || ours != backend_pid)
      throw transaction_pooler(url, "two connections were served by one backend in turn");
  }
}

}  // namespace runner
