#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A server's refusal, by its fields; nothing is parsed from a message.
/// Source: PostgreSQL manual, "Error and Notice Message Fields".
struct SqlError {
  std::string sqlstate{};
  std::string message{};
  std::string detail{};
  std::string hint{};
  std::string context{};
  std::string column{};            ///< where the error is about one
  std::string constraint{};        ///< likewise
  std::size_t position_chars = 0;  ///< from 1, in the text that was sent; 0: none
};

struct Notice {
  std::string severity{};  ///< "NOTICE", "WARNING", "DEBUG", …
  std::string message{};
  std::string detail{};
  std::string hint{};
};

using Cell = std::optional<std::string>;

struct Rows {
  std::vector<std::string> columns{};
  std::vector<std::vector<Cell>> rows{};
};

struct StatementResult {
  std::optional<SqlError> error{};
  std::vector<Notice> notices{};
  Rows rows{};  ///< of several statements: the last one that had any to give
  std::string command_tag{};
  bool connection_lost = false;  ///< with error: the session is of no more use
};

enum class TransactionState { idle, in_transaction, failed, unknown };

struct SessionSettings {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  bool read_only = false;           ///< default_transaction_read_only, for targets that are only looked at
  std::size_t max_rows = SIZE_MAX;  ///< rows kept of a result (the rest is read and dropped)
  std::string application_name = "runner";
};

/// One statement of several that are sent together.
struct PipelineCall {
  std::string_view sql{};
  std::span<const Cell> parameters{};
  bool keep_rows = false;  ///< else rows are read and dropped
  /// The same text comes again: the server keeps it parsed and planned, as a prepared statement.
  bool again = false;
};

/// Whoever wants to know while a statement lets us wait.
struct PipelineHooks {
  std::function<void(std::size_t index, const StatementResult&)> on_result{};
  /// Called when there was no answer for `first_look`, and then after each time that it returns itself.
  std::function<std::chrono::milliseconds()> look{};
  std::chrono::milliseconds first_look{50};
  /// So many calls come first that open a transaction and say how long it may be idle. Where there are any, a
  /// text that the kernel may not take at once is sent so that this limit holds between all of them: else a
  /// client that freezes in the midst of sending would keep its locks for ever.
  std::size_t opening = 0;
};

struct PipelineResult {
  std::vector<StatementResult>
      results{};                 ///< of the calls that were executed, in order; an error is the last
  bool connection_lost = false;  ///< what came after the last result is not known
  bool interrupted = false;      ///< a stop signal came: what ran was cancelled
  bool reset = false;            ///< the session was reset afterwards
  /// What failed was a prepared statement that somebody had taken away or made before us: nothing else is
  /// wrong. The session has forgotten them all.
  bool plans_lost = false;
};

/// The next piece of the data of a COPY, valid until the next call; empty at the end.
using CopySource = std::function<std::string_view()>;

/// One connection on which statements are sent one at a time without blocking: every wait listens to
/// the socket, the stop signal and a deadline. It never reconnects by itself, because locks and settings
/// would be gone unnoticed.
class Session {
 public:
  /// Throws: Error{environment}: cannot connect (what, why, hint by SQLSTATE), a transaction-mode pooler.
  static Session connect(const DatabaseUrl& url, const SessionSettings& settings, const StopSignal* stop);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Sends one statement (or several: an implicit transaction). SQL errors are part of the result.
  /// On a stop signal the statement is cancelled and Error{interrupted} thrown.
  /// Throws: Error{environment} when the connection breaks, unless the result says connection_lost.
  StatementResult execute(std::string_view sql);
  /// One statement with parameters ($1 …), text format. Values never become part of the SQL.
  StatementResult execute(std::string_view sql, std::span<const Cell> parameters);

  /// One COPY … FROM STDIN. Memory stays flat: a piece is sent before the next is asked for. What `source`
  /// throws ends the COPY, whose transaction is then failed, and passes through.
  StatementResult copy_in(std::string_view sql, const CopySource& source);

  /// For our own SQL: the rows, or Error{environment} with the server's words and `doing` for context
  /// ("read the history"). Not for a user's SQL.
  Rows query(std::string_view sql, std::string_view doing, std::span<const Cell> parameters = {});

  /// Sends statements together, in libpq's pipeline mode: one round trip, however many. After the first that
  /// fails the server skips the rest, COMMIT among them; the transaction is then left open and failed. When
  /// all went well, the session is reset in the same round trip. Much text takes a second round trip: see
  /// PipelineHooks::opening; behind an error, COMMIT then ends the transaction as a ROLLBACK. Neither a stop
  /// signal nor a lost connection throws: what was answered is in the result, because a COMMIT may be. No
  /// call may be COPY from or to the client, which pipelines cannot carry.
  PipelineResult execute_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks);

  /// From now on, waits end on this signal; nullptr: on none.
  void listen_to(const StopSignal* stop);

  TransactionState state() const;
  int server_version() const;  ///< 150018 for 15.18
  int backend_pid() const;
  const DatabaseUrl& url() const;
  /// Where it is connected, as "host:port/dbname"; a socket's folder stands for the host.
  std::string address() const;
  /// Between migrations: RESET ALL, RESET ROLE, RESET SESSION AUTHORIZATION; never DISCARD ALL, which
  /// would drop session locks.
  void reset();
  void cancel();

  std::string quoted_identifier(std::string_view name) const;
  std::string quoted_literal(std::string_view text) const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
