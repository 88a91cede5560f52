#pragma once

#include "runner/postgres/session.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace runner {

/// For SQL of ours: several statements in one round trip and one transaction, with the rows of each.
/// Throws: Error{environment} with the server's words and `doing`; what a stop signal throws.
std::vector<Rows> query_together(Session& session, std::span<const PipelineCall> calls,
                                 std::string_view doing);

}  // namespace runner
