#pragma once

#include "runner/postgres/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// What a CREATE INDEX CONCURRENTLY makes, as it is written.
struct ConcurrentIndex {
  std::string name{};   ///< "" when the server is to choose one
  std::string table{};  ///< perhaps with a schema
};

/// Nothing for any other statement.
std::optional<ConcurrentIndex> concurrent_index(std::string_view statement);

enum class IndexState { absent, invalid, valid };

/// What an attempt that did not end has left. An index without a name of its own is never found.
IndexState state_of(Session& session, const ConcurrentIndex& index);

/// Drops the index, which an attempt of ours left INVALID: it would be maintained and never used, and its
/// name is taken.
void drop_invalid(Session& session, const ConcurrentIndex& index);

}  // namespace runner
