#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/migration.hpp"
#include "runner/postgres/session.hpp"
#include "runner/sql/statement.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How a file's own BEGIN and COMMIT are to be understood.
enum class TransactionShape {
  ours,        ///< no transaction control: one transaction around the file
  own_pair,    ///< one BEGIN … COMMIT around everything: the same transaction, written out
  as_written,  ///< other transaction control: sent as written, with a warning
  none,        ///< holds a statement that PostgreSQL refuses in a transaction, or says runner:no-transaction
};
TransactionShape transaction_shape(const std::vector<Statement>& statements, std::string_view sql);

/// True when a comment line above the first statement says `-- runner:no-transaction`.
bool says_no_transaction(std::string_view sql);

struct Execution {
  Findings findings{};         ///< at most one error: the statement that was refused; warnings beside it
  std::string sqlstate{};      ///< of the statement that was refused; empty when we refused the file
  std::size_t statements = 0;  ///< executed with success
  std::chrono::nanoseconds duration{};
  TransactionShape shape = TransactionShape::ours;
  bool failed() const;
};

/// True when a statement of a file outside a transaction can be given one of its own, as `apply` does: not
/// what PostgreSQL refuses there, and, where the file says runner:no-transaction, not CALL and DO, which may
/// commit by themselves.
bool runs_in_transaction(const Statement& statement, bool no_transaction_said);

struct ExecuteHooks {
  std::function<void(TransactionShape)> started{};  ///< once, before anything is sent
  /// In the statement's transaction, if there is one. A migration may still call SET TRANSACTION: no query
  /// may be sent before statements that it might be.
  std::function<void(const Statement&)> before_statement{};
  /// After success, in the statement's transaction, if there is one.
  std::function<void(const Statement&, std::chrono::nanoseconds duration)> after_statement{};
  std::function<void()> transaction_ended{};  ///< after each COMMIT and ROLLBACK
  std::function<void(const Statement&, const Notice&)> on_notice{};
  /// Called when every statement has succeeded: inside the transaction, before its COMMIT, where the file
  /// is one transaction; else after the last statement.
  std::function<void()> before_commit{};
  int server_major = 0;  ///< for the package name in a missing extension's hint
};

/// Executes one migration file statement by statement on a shadow. A statement that is refused becomes a
/// finding with path, line, column, the statement with a caret, SQLSTATE, DETAIL and HINT, and the
/// transaction is rolled back. Files outside a transaction keep what succeeded.
/// Afterwards the session is idle and reset.
/// Throws: Error{environment} for a missing extension, a lost connection, a full disk; what hooks throw.
Execution execute_migration(const Migration& migration, Session& session, const ExecuteHooks& hooks);

/// The same for any SQL text; `shown_path` names it in findings.
Execution execute_sql(std::string_view sql, const std::string& shown_path, const std::string& subject,
                      Session& session, const ExecuteHooks& hooks);

}  // namespace runner
