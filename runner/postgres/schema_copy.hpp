#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/session.hpp"
#include "runner/postgres/shadow.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What a target looks like without its rows: roles, memberships and settings, the schema, and the history.
struct SchemaCopy {
  std::string owner{};                    ///< whom migrations run as: see migration_role
  std::string roles_sql{};                ///< CREATE ROLE, GRANT, ALTER ROLE … SET, without passwords
  std::string schema_sql{};               ///< pg_dump --schema-only, backslash lines stripped
  std::vector<std::string> superusers{};  ///< roles that are superusers there and must not be on a shadow
  std::string digest{};
  int major = 0;
};

/// Reads it through a session that only reads, and pg_dump.
/// Throws: Error{environment} when the role may not read it or no pg_dump is new enough; the caller
/// then replays migration files instead.
SchemaCopy copy_schema(Session& target, const StopSignal* stop);

/// pg_dump 15.14 and later frames its text with \restrict <key> … \unrestrict <key>, for psql: without these
/// two lines. Nothing else that it writes without rows starts a line of its own with a backslash; a body
/// that does is kept, because it does not name the key.
/// Source: PostgreSQL 15.14 release notes, CVE-2025-8714.
std::string without_psql_frame(std::string_view text);

/// The layer that puts the copy into a new shadow; history rows are copied separately.
ShadowLayer layer_of(const SchemaCopy& copy);

}  // namespace runner
