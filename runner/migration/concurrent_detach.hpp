#pragma once

#include "runner/postgres/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// What an ALTER TABLE … DETACH PARTITION … CONCURRENTLY names, as it is written.
struct ConcurrentDetach {
  std::string table{};
  std::string partition{};
};

/// Nothing for any other statement.
std::optional<ConcurrentDetach> concurrent_detach(std::string_view statement);

/// It works in two transactions: between them the detaching is pending, and only FINALIZE ends it.
/// Source: PostgreSQL manual, ALTER TABLE, "DETACH PARTITION".
enum class DetachState { attached, pending, detached };

/// Attached also where one of the tables is not there.
DetachState state_of(Session& session, const ConcurrentDetach& detach);

/// The statement that ends a pending one.
std::string finalize(const ConcurrentDetach& detach);

}  // namespace runner
