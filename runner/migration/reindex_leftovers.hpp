#pragma once

#include "runner/postgres/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The INVALID indexes, as SQL names, that a REINDEX CONCURRENTLY which did not come to its end has left
/// where `statement` works: the new one of an index ("_ccnew"), or the old one ("_ccold"). They are
/// maintained and never used, and PostgreSQL's manual says to drop them. Nothing for any other statement.
/// Source: PostgreSQL manual, REINDEX, "Rebuilding Indexes Concurrently".
std::vector<std::string> reindex_leftovers(Session& session, std::string_view statement);

}  // namespace runner
