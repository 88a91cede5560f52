#pragma once

#include "runner/sql/parsed.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

class RuleContext;

/// PostgreSQL's table locks that others feel, the weaker first.
enum class Lock {
  share_update_exclusive,  ///< blocks neither reads nor writes
  share,                   ///< blocks writes
  share_row_exclusive,     ///< blocks writes
  exclusive,               ///< blocks writes
  access_exclusive,        ///< blocks reads, too
};

/// What is done with the rows while the lock is held.
enum class RowWork { none, scan, build_index, rewrite };

struct TableLock {
  QualifiedName table{};
  Lock lock = Lock::access_exclusive;
  RowWork work = RowWork::none;
  std::size_t position = 0;
};

/// What a statement locks of the relations that the file has not made itself.
/// Source: PostgreSQL manual, "Explicit Locking" and the commands' own pages; PostgreSQL 15's behaviour.
std::vector<TableLock> locks_of(const ParsedStatement& statement, const RuleContext& in);

/// "reads and writes of invoices wait", "writers to invoices wait"
std::string waits(Lock lock, const QualifiedName& table);
/// "while every row is checked"; "" for none
std::string while_done(RowWork work);

}  // namespace runner
