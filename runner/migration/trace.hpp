#pragma once

#include "runner/migration/execute.hpp"
#include "runner/migration/outside_effect.hpp"
#include "runner/migration/trace_queries.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace runner {

/// A relation that existed before the migration.
struct TracedRelation {
  std::string schema{};
  std::string name{};
  char kind = 'r';  ///< pg_class.relkind
  auto operator<=>(const TracedRelation&) const = default;
  std::string shown() const;  ///< "invoices"; with its schema unless that is public
};

/// The strongest lock that is held on a relation, from SHARE UPDATE EXCLUSIVE on.
struct HeldLock {
  TracedRelation relation{};
  LockMode mode = LockMode::access_exclusive;
  std::size_t since = 0;  ///< offset of the statement that took it
};

struct TracedWork {
  WorkKind kind = WorkKind::scan;
  TracedRelation relation{};
  std::string index{};  ///< that is built; may be empty
};

/// What production would feel of one statement.
struct StatementTrace {
  std::size_t offset = 0;  ///< in the file's text
  std::string command{};   ///< its first word: "ALTER"
  bool query = false;      ///< reads or writes rows, as UPDATE does; else it changes the schema
  std::chrono::nanoseconds duration{};
  std::vector<HeldLock> held{};  ///< when it had ended: locks stay until the transaction ends
  std::vector<TracedWork> work{};
  bool in_transaction = true;
  /// Of a statement outside a transaction that goes through all tables one by one, such as VACUUM.
  std::optional<LockMode> each_table{};
};

/// Looks at what one migration locks, reads and writes anew of that which existed before: after each
/// statement that may lock something, at pg_locks, at files and at counted scans, in one round trip. Empty
/// tables show the same as full ones. The session's settings are left alone, so a migration that changes
/// them behaves as it does without a trace.
class Trace {
 public:
  /// `beside`: another session on the same database; both must outlive the trace.
  Trace(Session& traced, Session& beside);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Sets started, before_statement, after_statement, transaction_ended and before_commit.
  void attach(ExecuteHooks& hooks);
  /// After the migration was executed, or refused: one entry for each statement that locked something that
  /// existed before, as far as it came.
  std::vector<StatementTrace> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Which statements are looked at. Exposed for tests.
enum class TraceInterest {
  none,    ///< locks nothing of what there was before
  query,   ///< reads and writes rows: of interest while strong locks are held
  schema,  ///< may lock anything
};
TraceInterest trace_interest(const Statement& statement);

}  // namespace runner
