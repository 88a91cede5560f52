#pragma once

#include "runner/core/finding.hpp"
#include "runner/postgres/session.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace runner {

/// Queries of the project that must return no rows.
struct Assertion {
  std::string sql{};
  std::string shown_path{};  ///< empty when the query stands in the pipeline file
  std::string message{};     ///< what it means when rows come back; empty: ours
  Severity severity = Severity::error;
  bool on_target = false;       ///< rows, and messages that may quote them, are withheld
  std::size_t rows_shown = 20;  ///< of a shadow
  std::chrono::milliseconds timeout = std::chrono::minutes(1);  ///< of each query
};

/// Asks them one after the other in a read-only transaction. Only SELECT, VALUES, TABLE and WITH are sent,
/// each behind DECLARE CURSOR, so that no text can leave that transaction. Throws: Error{usage} where there
/// is no query; Error{environment} when the connection breaks.
Findings ask(const Assertion& assertion, Session& session);

}  // namespace runner
