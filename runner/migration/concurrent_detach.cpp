#include "runner/migration/concurrent_detach.hpp"

#include "runner/sql/word_reader.hpp"

#include <array>

#include <fmt/format.h>

namespace runner {

std::optional<ConcurrentDetach> concurrent_detach(std::string_view statement) {
  WordReader words{statement};
  if (!words.take_words("ALTER TABLE")) return std::nullopt;
  words.take_words("IF EXISTS");
  words.take("ONLY");
  ConcurrentDetach detach;
  detach.table = words.take_name();
  if (!words.take_words("DETACH PARTITION")) return std::nullopt;
  detach.partition = words.take_name();
  return words.take("CONCURRENTLY") ? std::optional(detach) : std::nullopt;
}

/// Servers before 14 have no such column, and no such statement.
DetachState state_of(Session& session, const ConcurrentDetach& detach) {
  const std::array<Cell, 2> parameters{detach.table, detach.partition};
  const Rows found = session.query(
      "SELECT (SELECT to_jsonb(i)->>'inhdetachpending' FROM pg_inherits i "
      "WHERE i.inhparent = to_regclass($1) AND i.inhrelid = to_regclass($2)), "
      "to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL",
      "look whether the partition is attached", parameters);
  const std::vector<Cell>& cells = found.rows.at(0);
  if (cells.at(0)) return cells[0] == "true" ? DetachState::pending : DetachState::attached;
  return cells.at(1) == "t" ? DetachState::detached : DetachState::attached;
}

std::string finalize(const ConcurrentDetach& detach) {
  return fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", detach.table, detach.partition);
}

}  // namespace runner
