#pragma once

#include "runner/postgres/session.hpp"

#include <string>

namespace runner {

/// The role that migrations run as on the target: the session's own when it may create there, else the
/// database's owner.
std::string migration_role(Session& target);

/// SQL that makes what the target's roles, memberships, settings and rights on the database are, for the
/// database that it is run in. Passwords and pg_* roles are left out; what exists is kept. The owner is never
/// made a superuser: where it is one on the target, it becomes a member of every other role instead, so
/// that it may alter what they own.
/// Needs no more than any role may read.
std::string roles_sql(Session& target, const std::string& owner);

}  // namespace runner
