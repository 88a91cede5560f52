#include "runner/migration/query_together.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/rollback_guard.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

std::vector<Rows> query_together(Session& session, std::span<const PipelineCall> calls,
                                 std::string_view doing) {
  RollbackGuard guard{session};
  PipelineResult result = session.execute_together(calls, {});
  guard.end();
  std::vector<Rows> rows;
  for (StatementResult& one : result.results) {
    if (one.error)
      throw Error{ExitCode::environment, fmt::format("cannot {} at {}", doing, session.url().describe())}
          .because(fmt::format("{} (SQLSTATE {})", one.error->message, one.error->sqlstate));
    rows.push_back(std::move(one.rows));
  }
  if (rows.size() < calls.size())
    throw Error{ExitCode::environment, fmt::format("cannot {} at {}", doing, session.url().describe())}
        .because("the connection broke");
  return rows;
}

}  // namespace runner
