#pragma once

#include "runner/postgres/session.hpp"
#include "stages/lint/schema.hpp"

namespace runner {

/// Reads what rules may ask for: tables, columns, constraints, indexes, domains, enums and functions outside
/// PostgreSQL's own schemas. Rows are not read.
/// Throws: Error{environment}.
Schema read_schema(Session& session);

}  // namespace runner
