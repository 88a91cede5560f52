#pragma once

#include <optional>
#include <string_view>

namespace runner {

/// PostgreSQL's table-level lock modes, weakest first.
/// Source: PostgreSQL manual, "Explicit Locking", "Table-Level Locks".
enum class LockMode {
  access_share,
  row_share,
  row_exclusive,
  share_update_exclusive,
  share,
  share_row_exclusive,
  exclusive,
  access_exclusive,
};

std::string_view to_string(LockMode mode);  ///< "ACCESS EXCLUSIVE"
/// From the name in pg_locks: "AccessExclusiveLock".
std::optional<LockMode> lock_mode_of(std::string_view name);

/// What waits for a lock of this mode: "all reads and writes", "writes", or "" for those that an application
/// does not feel.
std::string_view blocked_by(LockMode mode);

}  // namespace runner
