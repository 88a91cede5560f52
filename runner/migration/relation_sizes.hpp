#pragma once

#include "runner/migration/trace.hpp"
#include "runner/postgres/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace runner {

struct RelationSize {
  std::optional<std::int64_t> rows{};  ///< the planner's estimate; nothing before the first ANALYZE
  std::int64_t bytes = 0;              ///< without indexes; of a partitioned table: all its partitions
};

using RelationSizes = std::map<TracedRelation, RelationSize>;

/// How large relations are on the target; those that it does not have are missing. A table that somebody has
/// locked is not waited for: its last known number of pages serves.
/// Throws: Error{environment}: the connection broke.
RelationSizes relation_sizes(Session& target, const std::set<TracedRelation>& relations);

}  // namespace runner
