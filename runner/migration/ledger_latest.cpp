#include "runner/migration/ledger_latest.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

std::optional<std::map<std::string, AppliedBy>> read_applied_by(Session& session,
                                                                const HistoryTable& history) {
  StatementResult result = session.execute(
      fmt::format("SELECT DISTINCT ON (version) version, batch, actor, "
                  "to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM {} "
                  "WHERE action = 'apply' OR (action = 'repair' AND outcome = 'applied') "
                  "ORDER BY version, id DESC",
                  log_table(session, history)));
  if (result.error) return std::nullopt;
  std::map<std::string, AppliedBy> by_version;
  for (std::vector<Cell>& row : result.rows.rows)
    by_version.emplace(std::move(row.at(0)).value_or(""),
                       AppliedBy{.batch = std::move(row.at(1)).value_or(""),
                                 .actor = std::move(row.at(2)).value_or(""),
                                 .finished = std::move(row.at(3)).value_or("")});
  return by_version;
}

}  // namespace runner
