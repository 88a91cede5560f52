#include "runner/migration/concurrent_index.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/reindex_leftovers.hpp"
#include "runner/sql/word_reader.hpp"

#include <array>

#include <fmt/format.h>

namespace runner {

std::optional<ConcurrentIndex> concurrent_index(std::string_view statement) {
  WordReader words{statement};
  if (!words.take("CREATE")) return std::nullopt;
  words.take("UNIQUE");
  if (!words.take("INDEX") || !words.take("CONCURRENTLY")) return std::nullopt;
  words.take_words("IF NOT EXISTS");
  ConcurrentIndex index;
  if (!words.take("ON")) {
    index.name = words.take_name();
    words.take("ON");
  }
  words.take("ONLY");
  index.table = words.take_name();
  return index;
}

/// The index's name for SQL, when it exists: that of the table's schema.
static std::optional<std::pair<std::string, bool>> find(Session& session, const ConcurrentIndex& index) {
  if (index.name.empty()) return std::nullopt;
  const std::array<Cell, 2> parameters{index.table, index.name};
  const Rows found = session.query(
      "SELECT format('%I.%I', n.nspname, c.relname), i.indisvalid FROM pg_index i "
      "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE i.indrelid = to_regclass($1) AND c.relname = (parse_ident($2))[1]",
      "look for the index", parameters);
  if (found.rows.empty()) return std::nullopt;
  return std::pair(found.rows[0].at(0).value_or(""), found.rows[0].at(1) == "t");
}

IndexState state_of(Session& session, const ConcurrentIndex& index) {
  const auto found = find(session, index);
  if (!found) return IndexState::absent;
  return found->second ? IndexState::valid : IndexState::invalid;
}

std::vector<std::string> invalid_leftovers(Session& session, std::string_view statement) {
  const auto index = concurrent_index(statement);
  if (!index) return reindex_leftovers(session, statement);
  const auto found = find(session, *index);
  if (!found || found->second) return {};
  return {found->first};
}

std::vector<std::string> perhaps_left(Session& session, const ConcurrentIndex& index) {
  if (!index.name.empty()) return {};
  const std::array<Cell, 1> parameters{index.table};
  const Rows found = session.query(
      "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = to_regclass($1) "
      "AND NOT i.indisvalid AND i.indexrelid::regclass::text !~ '_cc(new|old)[0-9]*$' ORDER BY 1",
      "look for an INVALID index", parameters);
  std::vector<std::string> names;
  for (const std::vector<Cell>& row : found.rows) names.push_back(row.at(0).value_or(""));
  return names;
}

bool drop_invalid(Session& session, const std::string& index) {
  const StatementResult result = session.execute("DROP INDEX CONCURRENTLY IF EXISTS " + index);
  if (!result.error) return true;
  if (result.error->sqlstate == "42501") return false;
  const bool busy = result.error->sqlstate == "55P03" || result.error->sqlstate == "40P01";
  throw Error{busy ? ExitCode::busy : ExitCode::environment,
              fmt::format("cannot drop the INVALID index {} that an earlier try left", index)}
      .because(result.error->message)
      .hint(fmt::format("drop it yourself: DROP INDEX CONCURRENTLY {}", index));
}

}  // namespace runner
