#pragma once

#include <string>
#include <vector>

namespace runner {

struct ContextMigration {
  std::string version{};
  std::string name{};
  std::string path{};      ///< relative to `root` where it lies inside
  std::string rollback{};  ///< its rollback's path; empty: it has none
};

/// What a program that a step runs gets to know.
struct StepContext {
  std::string stage{};
  std::string root{};           ///< absolute
  std::string compared_with{};  ///< where "applied" came from
  std::string history{};        ///< "supabase_migrations.schema_migrations"
  std::vector<std::string> applied{};
  std::vector<ContextMigration> pending{};
};

/// One JSON object, ended by '\n': "format": 1, then the fields above; a missing rollback is null.
std::string step_context_json(const StepContext& context);

}  // namespace runner
