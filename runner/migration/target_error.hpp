#pragma once

#include "runner/core/error.hpp"
#include "runner/migration/refused_statement.hpp"

#include <string>

namespace runner {

/// True when the server, not the SQL, is at fault: no memory or disk, shutting down, connection trouble.
bool is_server_trouble(const SqlError& error);

/// What a target says may quote its rows: DETAIL and CONTEXT go, and the message of SQLSTATEs whose messages
/// hold values.
SqlError without_data(SqlError error);

/// The target's refusal of a statement.
Finding refused_on_target(const SqlError& error, const SqlSource& source, const Statement& statement,
                          const Session& target);

/// That `doing` could not go on. `statement`: where, or nullptr when SQL of ours was refused.
Error target_error(const SqlError& error, const std::string& doing, const SqlSource& source,
                   const Statement* statement);

}  // namespace runner
