#include "runner/migration/lock_mode.hpp"

#include <algorithm>
#include <array>

namespace runner {

namespace {
struct ModeName {
  LockMode mode;
  std::string_view sql;
  std::string_view in_pg_locks;
  std::string_view blocks;
};
}  // namespace

static constexpr std::array names{
    ModeName{LockMode::access_share, "ACCESS SHARE", "AccessShareLock", ""},
    ModeName{LockMode::row_share, "ROW SHARE", "RowShareLock", ""},
    ModeName{LockMode::row_exclusive, "ROW EXCLUSIVE", "RowExclusiveLock", ""},
    ModeName{LockMode::share_update_exclusive, "SHARE UPDATE EXCLUSIVE", "ShareUpdateExclusiveLock", ""},
    ModeName{LockMode::share, "SHARE", "ShareLock", "writes"},
    ModeName{LockMode::share_row_exclusive, "SHARE ROW EXCLUSIVE", "ShareRowExclusiveLock", "writes"},
    ModeName{LockMode::exclusive, "EXCLUSIVE", "ExclusiveLock", "writes"},
    ModeName{LockMode::access_exclusive, "ACCESS EXCLUSIVE", "AccessExclusiveLock", "all reads and writes"},
};

static const ModeName& row_of(LockMode mode) {
  return names.at(static_cast<std::size_t>(mode));
}

std::string_view to_string(LockMode mode) {
  return row_of(mode).sql;
}

std::string_view blocked_by(LockMode mode) {
  return row_of(mode).blocks;
}

std::optional<LockMode> lock_mode_of(std::string_view name) {
  const auto* found =
      std::ranges::find_if(names, [&](const ModeName& row) { return row.in_pg_locks == name; });
  if (found == names.end()) return std::nullopt;
  return found->mode;
}

}  // namespace runner
