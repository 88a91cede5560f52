#pragma once

#include "runner/postgres/session.hpp"
#include "stages/rollback/way_back.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace runner {

/// Rows that a rollback would drop or overwrite.
struct LostRows {
  std::string text{};  ///< "drops table public.clients: 12 rows"
  bool exact = true;   ///< false: an estimate, or nobody could count
};

/// Counts on the target, in a transaction that only reads, what the rollbacks would take away. What is empty
/// isn't told. What functions and DO blocks do is not seen.
/// `timeout` holds for each count; where it is too short the planner's estimate is told.
/// Throws: Error{environment} when the connection breaks.
std::vector<LostRows> count_losses(Session& target, const std::vector<WayBack>& ways,
                                   std::chrono::milliseconds timeout);

}  // namespace runner
