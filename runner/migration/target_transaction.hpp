#pragma once

#include "runner/core/duration.hpp"
#include "runner/core/finding.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/postgres/session.hpp"
#include "runner/sql/statement.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How much a change may ask of a target that others use.
struct TargetLimits {
  DurationRange lock_timeout{std::chrono::milliseconds(10), std::chrono::milliseconds(80)};  ///< grows
  std::chrono::milliseconds statement_timeout = std::chrono::hours(1);
  std::chrono::milliseconds retry_for = std::chrono::minutes(10);
  /// How long locks that others feel may be held before the try is given up.
  std::chrono::milliseconds max_lock_hold = std::chrono::seconds(10);
};

/// What waiting for locks cost.
struct LockCost {
  std::chrono::milliseconds waited{};
  std::int64_t retries = 0;
};

/// A file's statements together with its row of the history, as one transaction.
struct TargetWork {
  std::string doing{};                  ///< "apply 20260101_a", for messages
  SqlSource source{};                   ///< where the statements come from
  std::vector<Statement> statements{};  ///< without transaction control
  std::string begin = "BEGIN";          ///< a file's own BEGIN may have options
  SqlCall history{};                    ///< history_insert() or history_delete()
  std::string version{};
  bool inserts = true;                                  ///< the version is applied once this is committed
  std::vector<SqlCall> also{};                          ///< SQL of ours after the statements
  std::function<LedgerEntry(const LockCost&)> entry{};  ///< of the ledger; none: no entry
  /// Gives a row once this is committed; for when the connection broke before the transaction's number
  /// arrived. Empty: the history's row tells.
  SqlCall probe{};
};

/// The two changes of the history, each the first write of its transaction: whoever else does the same at
/// the same time waits for it, or is told. They return the transaction's number and the place in the WAL;
/// more may be added to the list that they return.
SqlCall history_insert(const Session& session, const HistoryTable& history, const HistoryRow& row,
                       const std::optional<std::vector<std::string>>& rollback);
SqlCall history_delete(const Session& session, const HistoryTable& history, const std::string& version);

struct TargetResult {
  enum class State {
    committed,
    refused,  ///< by the server: see `finding`; nothing is kept
    already,  ///< somebody else inserted or deleted the history's row; nothing was done
  };
  State state = State::committed;
  Findings findings{};
  LockCost cost{};
  std::string refused_work{};  ///< what the refused change was doing
  std::chrono::nanoseconds duration{};
  bool reconnected = false;  ///< the session is a new one: locks of the old one are gone
};

/// How much WAL a server wrote in a time.
struct Written {
  std::int64_t written_bytes = 0;
  std::chrono::milliseconds time{};
};

/// What a try wrote, when others go on as they do while it waits. An estimate: bursts of others count as
/// ours.
std::int64_t own_share(const Written& during_the_try, const Written& while_idle);

/// Carries out changes on a target. All of a change is sent at once: a transaction with a short
/// lock_timeout, its advisory lock, the history's row, the statements, the ledger's entry, COMMIT; after the
/// first that fails the server skips the rest. Tries that met a lock are repeated, with the blockers named.
/// A COMMIT whose answer was lost is looked up on a new connection.
class TargetTransaction {
 public:
  TargetTransaction(Session& session, const HistoryTable& history, const TargetLimits& limits,
                    Reporter& reporter, const StopSignal& stop)
      : session_(session), history_(history), limits_(limits), reporter_(reporter), stop_(stop) {}

  /// Throws: Error{busy} when the lock budget is spent, naming the blockers; Error{environment} when the
  /// connection broke or the server cannot go on, nothing is kept then; Error{unknown} when the outcome of a
  /// COMMIT could not be established; Error{interrupted, terminated} on a stop signal, nothing is kept.
  TargetResult run(const TargetWork& work);
  /// Several changes, one after the other, as one transaction: all of them or none. `doing` names them
  /// together.
  TargetResult run(std::span<const TargetWork> works, const std::string& doing);

 private:
  Session& session_;
  const HistoryTable& history_;
  const TargetLimits& limits_;
  Reporter& reporter_;
  const StopSignal& stop_;
};

/// The one runner at a time. Taken by polling, because a session that waits inside pg_advisory_lock keeps
/// CREATE INDEX CONCURRENTLY from ending. It is for politeness: correctness comes from the transaction's own
/// advisory lock and from the history's primary key.
/// Throws: Error{busy} naming the other runner once `retry_for` is spent.
class RunnerLock {
 public:
  RunnerLock(Session& session, const HistoryTable& history, std::chrono::milliseconds retry_for,
             Reporter& reporter, const StopSignal& stop);
  ~RunnerLock();
  RunnerLock(const RunnerLock&) = delete;
  RunnerLock& operator=(const RunnerLock&) = delete;
  /// After the session was replaced.
  void take_again();

 private:
  Session& session_;
  std::int64_t key_;
  std::chrono::milliseconds retry_for_;
  Reporter& reporter_;
  const StopSignal& stop_;
};

}  // namespace runner
