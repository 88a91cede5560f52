#include "runner/migration/progress.hpp"

#include <array>

#include <fmt/format.h>

namespace runner {

std::map<std::size_t, StatementProgress> read_progress(Session& session, const HistoryTable& history,
                                                       const std::string& version, const std::string& way) {
  const std::array<Cell, 2> parameters{version, way};
  const Rows found = session.query(
      fmt::format("SELECT statement, digest, state = 'done' FROM {} WHERE version = $1 AND way = $2",
                  progress_table(session, history)),
      "read how far the version has come", parameters);
  std::map<std::size_t, StatementProgress> progress;
  for (const std::vector<Cell>& cells : found.rows)
    progress[std::stoul(cells.at(0).value_or("0"))] = {.digest = cells.at(1).value_or(""),
                                                       .done = cells.at(2) == "t"};
  return progress;
}

SqlCall note_progress(const Session& session, const HistoryTable& history, const std::string& version,
                      const std::string& way, std::size_t statement, const StatementProgress& progress) {
  return {
      .sql = fmt::format("INSERT INTO {} (version, way, statement, digest, state) "
                         "VALUES ($1, $2, $3::int, $4, $5) ON CONFLICT (version, way, statement) "
                         "DO UPDATE SET digest = excluded.digest, state = excluded.state, changed_at = now() "
                         "RETURNING pg_catalog.pg_current_xact_id()::text, "
                         "pg_catalog.pg_current_wal_insert_lsn()::text",
                         progress_table(session, history)),
      .parameters = {version, way, std::to_string(statement), progress.digest,
                     progress.done ? "done" : "running"}};
}

SqlCall forget_progress(const Session& session, const HistoryTable& history, const std::string& version,
                        const std::string& way) {
  return {
      .sql = fmt::format("DELETE FROM {} WHERE version = $1 AND way = $2", progress_table(session, history)),
      .parameters = {version, way}};
}

SqlCall forget_statement(const Session& session, const HistoryTable& history, const std::string& version,
                         const std::string& way, std::size_t statement) {
  return {.sql = fmt::format("DELETE FROM {} WHERE version = $1 AND way = $2 AND statement = $3::int",
                             progress_table(session, history)),
          .parameters = {version, way, std::to_string(statement)}};
}

}  // namespace runner
