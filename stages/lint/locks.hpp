#pragma once

#include "runner/migration/lock_mode.hpp"
#include "runner/sql/parsed.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

class RuleContext;

/// What is done with the rows while the lock is held.
enum class RowWork { none, scan, build_index, rewrite };

/// A lock that others feel: SHARE UPDATE EXCLUSIVE or a stronger one.
struct TableLock {
  QualifiedName table{};
  LockMode lock = LockMode::access_exclusive;
  RowWork work = RowWork::none;
  std::size_t position = 0;
  bool other_end = false;  ///< of a foreign key that goes: see OtherEnd
};

/// What a statement locks of the tables and materialized views that the file has not made itself. A partition
/// that is not named goes with its table.
/// Source: PostgreSQL manual, "Explicit Locking" and the commands' own pages; PostgreSQL 15's behaviour.
std::vector<TableLock> locks_of(const ParsedStatement& statement, const RuleContext& in);

/// "reads and writes of invoices wait", "writers to invoices wait"
std::string waits(LockMode lock, const QualifiedName& table);
/// "while every row is checked"; "" for none
std::string while_done(RowWork work);

}  // namespace runner
