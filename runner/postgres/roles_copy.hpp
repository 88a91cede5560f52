#pragma once

#include "runner/postgres/session.hpp"

#include <string>
#include <vector>

namespace runner {

/// The role that migrations run as on the target: the session's own when it may create there, else the
/// database's owner.
std::string migration_role(Session& target);

struct RolesCopy {
  /// Makes what the target's roles, memberships, settings and rights on the database are, for the database
  /// that it is run in. Passwords and pg_* roles are left out; what exists is kept.
  std::string sql{};
  std::vector<std::string> superusers{};  ///< of the target; `sql` makes none
};

/// A superuser becomes a role with every right short of being one, because whoever may be a superuser may run
/// programs on the machine. If `owner` is one, it becomes a member of every other role, so that it may
/// alter what they own.
/// Needs no more than any role may read.
RolesCopy copy_roles(Session& target, const std::string& owner);

}  // namespace runner
