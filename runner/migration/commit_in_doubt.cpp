#include "runner/migration/commit_in_doubt.hpp"

#include "runner/core/error.hpp"

#include <array>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace runner {

using Clock = std::chrono::steady_clock;

/// A server that was stopped in a hurry needs this long to recover.
static constexpr std::chrono::seconds patience{60};
static constexpr std::chrono::milliseconds pause{100};
/// The old backend notices by itself that its client is gone; after this long it is ended.
static constexpr std::chrono::seconds time_to_end{5};

static Error unknown(const DoubtfulCommit& doubtful, const std::string& why) {
  Error error{ExitCode::unknown,
              fmt::format("the connection broke at the COMMIT of {}, and what came of it is not known",
                          doubtful.doing)};
  error.because(why);
  error.hint(
      fmt::format("look whether version {} is in the history before anything else; when it is, {} was "
                  "done completely, else not at all",
                  doubtful.version, doubtful.doing));
  return error;
}

/// The stop signal does not end this: a person who interrupts wants to know, too.
static Session connect_anew(const Session& lost, const DoubtfulCommit& doubtful, Clock::time_point end) {
  for (;;) {
    try {
      return Session::connect(lost.url(), {}, nullptr);
    } catch (const Error& error) {
      if (Clock::now() > end) throw unknown(doubtful, error.message() + ": " + error.reason());
    }
    std::this_thread::sleep_for(pause);
  }
}

static bool backend_is_there(Session& session, int pid) {
  const std::array<Cell, 1> parameters{std::to_string(pid)};
  return !session
              .query("SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND pid <> pg_backend_pid()",
                     "look for the lost backend", parameters)
              .rows.empty();
}

static void wait_for_end(Session& session, int pid, const DoubtfulCommit& doubtful, Clock::time_point end) {
  const auto gentle = Clock::now() + time_to_end;
  while (backend_is_there(session, pid)) {
    if (Clock::now() > end) throw unknown(doubtful, fmt::format("its backend {} still runs", pid));
    if (Clock::now() > gentle) {
      const std::array<Cell, 1> parameters{std::to_string(pid)};
      session.query("SELECT pg_terminate_backend($1::int)", "end the lost backend", parameters);
    }
    std::this_thread::sleep_for(pause);
  }
}

static bool by_its_rows(Session& session, const DoubtfulCommit& doubtful, const HistoryTable& history) {
  if (!doubtful.probe.sql.empty())
    return !session.query(doubtful.probe.sql, "look what came of a transaction", doubtful.probe.parameters)
                .rows.empty();
  const std::array<Cell, 1> parameters{doubtful.version};
  const Rows found =
      session.query(fmt::format("SELECT 1 FROM {} WHERE version = $1", history.quoted(session)),
                    "read the history", parameters);
  return found.rows.empty() != doubtful.inserts;
}

bool was_committed(const DoubtfulCommit& doubtful, Session& session, const HistoryTable& history) {
  const Clock::time_point end = Clock::now() + patience;
  const int lost_backend = session.backend_pid();
  for (;;) {
    session = connect_anew(session, doubtful, end);
    try {
      while (!doubtful.transaction.empty()) {
        const std::array<Cell, 1> parameters{doubtful.transaction};
        const Cell status =
            session.query("SELECT pg_xact_status($1::xid8)", "ask what came of a transaction", parameters)
                .rows.at(0)
                .at(0);
        if (!status) break;  // too long ago, or another server by now
        if (status != "in progress") return status == "committed";
        if (Clock::now() > end) throw unknown(doubtful, "the transaction is still in progress");
        std::this_thread::sleep_for(pause);
      }
      wait_for_end(session, lost_backend, doubtful, end);
      return by_its_rows(session, doubtful, history);
    } catch (const Error& error) {
      if (error.code() == ExitCode::unknown) throw;
      if (Clock::now() > end) throw unknown(doubtful, error.message() + ": " + error.reason());
      std::this_thread::sleep_for(pause);
    }
  }
}

}  // namespace runner
