#include "runner/migration/history_changes.hpp"

#include <array>

#include <fmt/format.h>

namespace runner {

void correct_applied(Session& session, const HistoryTable& table, const HistoryRow& row) {
  const std::array<Cell, 3> parameters{row.version, row.name, text_array(row.statements)};
  session.query(
      fmt::format("INSERT INTO {} (version, name, statements) VALUES ($1, $2, $3) ON CONFLICT (version) DO "
                  "UPDATE SET name = EXCLUDED.name, statements = EXCLUDED.statements",
                  table.quoted(session)),
      fmt::format("record version {} in the history", row.version), parameters);
}

bool remove_applied(Session& session, const HistoryTable& table, const std::string& version) {
  const std::array<Cell, 1> parameters{version};
  return !session
              .query(
                  fmt::format("DELETE FROM {} WHERE version::text = $1 RETURNING 1", table.quoted(session)),
                  fmt::format("remove version {} from the history", version), parameters)
              .rows.empty();
}

}  // namespace runner
