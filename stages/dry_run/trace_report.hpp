#pragma once

#include "runner/core/outcome.hpp"
#include "runner/migration/migration.hpp"
#include "runner/migration/relation_sizes.hpp"
#include "runner/migration/trace.hpp"

#include <string>
#include <vector>

namespace runner {

/// What was seen of one migration.
struct TracedMigration {
  const Migration& migration;
  std::string sql{};
  std::vector<StatementTrace> statements{};
  RelationSizes sizes{};  ///< of the target's relations; empty without one
};

/// Which relations' sizes are worth asking for.
std::set<TracedRelation> relations_in(const std::vector<StatementTrace>& statements);

struct TraceReport {
  std::vector<Fact> facts{};
  std::vector<StatementEffect> statements{};
  Findings findings{};  ///< "long-lock", where the target's table has `warn_rows` or more
  struct Line {
    std::string text{};    ///< "line 3 blocks …"
    bool matters = false;  ///< the application is kept waiting for more than a moment
  };
  std::vector<Line> lines{};  ///< in order, without those that are findings
  std::string times{};        ///< "line 3 12 ms, line 7 0.4 ms"
};

TraceReport trace_report(const TracedMigration& traced, std::int64_t warn_rows);

}  // namespace runner
