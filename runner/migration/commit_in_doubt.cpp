#include "runner/migration/commit_in_doubt.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace runner {

using Clock = std::chrono::steady_clock;

/// A server that was stopped in a hurry needs this long to recover.
static constexpr std::chrono::seconds patience{60};
static constexpr std::chrono::seconds patience_after_stop{2};
static constexpr std::chrono::milliseconds pause{100};
/// The old backend notices by itself that its client is gone; after this long it is ended.
static constexpr std::chrono::seconds time_to_end{5};
/// Of one of several tries to connect.
static constexpr std::chrono::seconds time_to_connect{5};

namespace {
class Inquiry {
 public:
  Inquiry(const DoubtfulCommit& doubtful, Session& session, const HistoryTable& history,
          const StopSignal& stop)
      : doubtful_(doubtful),
        session_(session),
        history_(history),
        stop_(stop),
        lost_backend_(session.backend_pid()) {}
  bool committed();

 private:
  Error unknown(const std::string& why) const;
  void pause_or_give_up(const std::string& why);
  void connect_anew();
  enum class Ended { aborted, committed, unknown };
  Ended by_its_number();
  bool backend_is_there();
  void wait_for_backends_end();
  bool by_its_rows();

  const DoubtfulCommit& doubtful_;
  Session& session_;
  const HistoryTable& history_;
  const StopSignal& stop_;
  int lost_backend_;
  Clock::time_point end_ = Clock::now() + patience;
};
}  // namespace

Error Inquiry::unknown(const std::string& why) const {
  Error error{ExitCode::unknown,
              fmt::format("the connection broke at the COMMIT of {}, and what came of it is not known",
                          doubtful_.doing)};
  error.because(why);
  error.hint(doubtful_.hint.empty()
                 ? fmt::format("look whether version {} is in the history before anything else; when it is, "
                               "{} was done completely, else not at all",
                               doubtful_.version, doubtful_.doing)
                 : doubtful_.hint);
  return error;
}

void Inquiry::pause_or_give_up(const std::string& why) {
  if (stop_.requested()) end_ = std::min(end_, Clock::now() + patience_after_stop);
  if (Clock::now() > end_) throw unknown(why);
  std::this_thread::sleep_for(pause);
}

/// The stop signal does not end this; the session listens to it again afterwards.
void Inquiry::connect_anew() {
  for (;;) {
    try {
      session_ = Session::connect(session_.url(), {.connect_timeout = time_to_connect}, nullptr);
      return;
    } catch (const Error& error) {
      pause_or_give_up(error.message() + ": " + error.reason());
    }
  }
}

/// A number that the server does not know was forgotten when it crashed, and not committed; the next
/// transaction may get it again.
Inquiry::Ended Inquiry::by_its_number() {
  static constexpr std::string_view in_the_future = "22023";
  const std::array<Cell, 1> parameters{doubtful_.transaction};
  while (!doubtful_.transaction.empty()) {
    const StatementResult asked = session_.execute("SELECT pg_xact_status($1::xid8)", parameters);
    if (asked.error && asked.error->sqlstate == in_the_future) break;
    if (asked.error)
      throw Error{ExitCode::environment, "cannot ask what came of a transaction"}.because(
          asked.error->message);
    const Cell& status = asked.rows.rows.at(0).at(0);
    if (!status) break;  // too long ago
    if (status != "in progress") return status == "committed" ? Ended::committed : Ended::aborted;
    pause_or_give_up("the transaction is still in progress");
  }
  return Ended::unknown;
}

bool Inquiry::backend_is_there() {
  const std::array<Cell, 1> parameters{std::to_string(lost_backend_)};
  return !session_
              .query(
                  "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND pid <> pg_backend_pid() "
                  // After a restart, the number may be somebody else's.
                  "AND datname = current_database() AND usename = session_user",
                  "look for the lost backend", parameters)
              .rows.empty();
}

void Inquiry::wait_for_backends_end() {
  const auto gentle = Clock::now() + time_to_end;
  while (backend_is_there()) {
    pause_or_give_up(fmt::format("its backend {} still runs", lost_backend_));
    if (Clock::now() < gentle) continue;
    const std::array<Cell, 1> parameters{std::to_string(lost_backend_)};
    session_.query("SELECT pg_terminate_backend($1::int)", "end the lost backend", parameters);
  }
}

/// The rows have the last word: they cannot be another transaction's that got the same number.
bool Inquiry::by_its_rows() {
  if (!doubtful_.probe.sql.empty())
    return !session_.query(doubtful_.probe.sql, "look what came of a transaction", doubtful_.probe.parameters)
                .rows.empty();
  const std::array<Cell, 1> parameters{doubtful_.version};
  const Rows found =
      session_.query(fmt::format("SELECT 1 FROM {} WHERE version = $1", history_.quoted(session_)),
                     "read the history", parameters);
  return found.rows.empty() != doubtful_.inserts;
}

bool Inquiry::committed() {
  for (;;) {
    connect_anew();
    try {
      const Ended told = by_its_number();
      if (told == Ended::unknown) wait_for_backends_end();
      const bool committed = told != Ended::aborted && by_its_rows();
      session_.listen_to(&stop_);
      return committed;
    } catch (const Error& error) {
      if (error.code() == ExitCode::unknown) throw;
      pause_or_give_up(error.message() + ": " + error.reason());
    }
  }
}

SqlCall probe_of_rows(Session& session, const std::string& table) {
  if (table.empty()) return {.sql = "SELECT 1"};
  const std::array<Cell, 1> parameters{table};
  const Rows asked = session.query(
      "SELECT pg_current_xact_id()::xid, pg_current_xact_id(),"
      " (SELECT relkind IN ('r', 'p') FROM pg_class WHERE oid = to_regclass($1))",
      "ask for the transaction's number", parameters);
  const std::vector<Cell>& told = asked.rows.at(0);
  if (told.at(2) != "t")
    return {.sql = "SELECT 1 WHERE pg_xact_status($1::xid8) = 'committed'", .parameters = {told.at(1)}};
  return {
      .sql = fmt::format("SELECT 1 FROM {} WHERE mod(xmin::text::bigint - $1::bigint + (1::bigint << 32), "
                         "1::bigint << 32) < 1::bigint << 31 LIMIT 1",
                         table),
      .parameters = {told.at(0)}};
}

bool was_committed(const DoubtfulCommit& doubtful, Session& session, const HistoryTable& history,
                   const StopSignal& stop) {
  return Inquiry(doubtful, session, history, stop).committed();
}

std::optional<SqlError> commit(Session& session, DoubtfulCommit doubtful, const HistoryTable& history,
                               const StopSignal& stop, Reporter& reporter) {
  doubtful.transaction = session.query("SELECT pg_current_xact_id()", "ask for the transaction's number")
                             .rows.at(0)
                             .at(0)
                             .value_or("");
  session.listen_to(nullptr);
  StatementResult result = session.execute("COMMIT");
  session.listen_to(&stop);
  if (!result.connection_lost) return std::move(result.error);
  reporter.warn(fmt::format("the connection broke; looking what became of {}", doubtful.doing));
  if (!was_committed(doubtful, session, history, stop))
    throw Error{ExitCode::environment,
                fmt::format("the connection broke, and nothing was kept of {}", doubtful.doing)}
        .because(result.error->message)
        .hint("run it again");
  reporter.say(fmt::format("{} was committed before the connection broke", doubtful.doing));
  return std::nullopt;
}

}  // namespace runner
