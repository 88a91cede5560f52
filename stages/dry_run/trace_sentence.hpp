#pragma once

#include "runner/migration/relation_sizes.hpp"
#include "runner/migration/trace.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace runner {

/// "41 M rows, 12 GB"; "not analysed, 12 GB" where the rows were never counted; "empty".
std::string shown_size(const RelationSize& size);

/// Says of a statement whom it keeps waiting, and while what happens.
struct TraceSentence {
  const RelationSizes& sizes;
  std::function<int(std::size_t offset)> line_of;

  /// "blocks all reads and writes of invoices (41 M rows, 12 GB) while every row is rewritten"
  std::string of(const StatementTrace& statement) const;
  /// "invoices (41 M rows, 12 GB)"
  std::string named(const TracedRelation& relation) const;

 private:
  std::string blocked(const StatementTrace& statement) const;
  std::string locked_name(const HeldLock& lock, const StatementTrace& statement) const;
  std::string working(const StatementTrace& statement) const;
  std::string phrase(const TracedWork& work, const StatementTrace& statement, bool alone) const;
};

/// True when the application waits for more than a moment: reads or writes are blocked while something takes
/// time.
bool keeps_waiting(const StatementTrace& statement);

}  // namespace runner
