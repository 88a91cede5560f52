#pragma once

#include "stages/lint/makes.hpp"

#include <string>
#include <vector>

namespace runner {

/// True for a name in one of the schemas that the pipeline file calls exposed: an API such as PostgREST shows
/// what is in them to the world.
bool is_exposed(const RuleContext& in, const QualifiedName& name);

/// True when the file takes every right on it from the roles that anybody may be: PUBLIC and, where the
/// platform grants to it by name, anon. Source: Supabase's default privileges of the schema public.
bool is_withheld(const RuleContext& in, ObjectKind kind, const QualifiedName& name,
                 const std::vector<std::string>& roles);

}  // namespace runner
