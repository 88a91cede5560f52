#pragma once

#include "runner/postgres/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What a CREATE INDEX CONCURRENTLY makes, as it is written.
struct ConcurrentIndex {
  std::string name{};   ///< "" when the server is to choose one
  std::string table{};  ///< perhaps with a schema
};

/// Nothing for any other statement.
std::optional<ConcurrentIndex> concurrent_index(std::string_view statement);

enum class IndexState { absent, invalid, valid };

/// The INVALID indexes, as SQL names, of the table of an index without a name of its own. Which of them an
/// attempt at it has left, nobody can tell.
std::vector<std::string> perhaps_left(Session& session, const ConcurrentIndex& index);

/// What an attempt that did not end has left. An index without a name of its own is never found.
IndexState state_of(Session& session, const ConcurrentIndex& index);

/// The INVALID indexes, as SQL names, that an attempt at this statement left: of CREATE INDEX CONCURRENTLY
/// its own, of REINDEX CONCURRENTLY see reindex_leftovers().
std::vector<std::string> invalid_leftovers(Session& session, std::string_view statement);

/// Drops an index that an attempt of ours left INVALID: it would be maintained and never used, and its name
/// is taken. False when the role may not: an index of large values lies where only superusers may drop.
/// Throws: Error{busy}, Error{environment}.
bool drop_invalid(Session& session, const std::string& index);

}  // namespace runner
