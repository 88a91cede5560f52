#include "stages/lint/exposed.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

/// Whoever grants it by name means it.
static bool is_granted(const QualifiedName& routine, const RuleContext& in) {
  const Statements statements = everywhere(in, routine);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* grant = as<Grant>(statement);
    return grant != nullptr && grant->is_grant && grant->kind == ObjectKind::function &&
           (contains(grant->roles, "anon") || contains(grant->roles, "public")) &&
           std::any_of(grant->objects.begin(), grant->objects.end(),
                       [&](const QualifiedName& name) { return is_same(name, routine); });
  });
}

/// An API shows no trigger functions, and nobody can call them.
static bool is_for_triggers(const CreateRoutine& create) {
  return create.returns.name == "trigger" || create.returns.name == "event_trigger";
}

/// CREATE OR REPLACE leaves the rights on a function as they are.
static bool was_there(const CreateRoutine& create, const RuleContext& in) {
  if (!create.replace) return false;
  const auto overloads = in.schema().overloads(create.routine);
  return std::any_of(overloads.begin(), overloads.end(),
                     [](const SchemaFunction* function) { return !function->created; });
}

static std::vector<std::string> open_roles(const CreateRoutine& create, const RuleContext& in) {
  std::vector<std::string> roles;
  for (const char* role : {"public", "anon"})
    if (!is_withheld(in, ObjectKind::function, create.routine, {role})) roles.emplace_back(role);
  const bool is_public = create.routine.schema.empty() || create.routine.schema == "public";
  if (!is_public && !contains(roles, "public")) roles.clear();
  return roles;
}

static Remarks check(const CreateRoutine& create, const RuleContext& in) {
  if (!create.security_definer || is_for_triggers(create) || !is_exposed(in, create.routine)) return {};
  const std::vector<std::string> roles = open_roles(create, in);
  if (roles.empty() || is_granted(create.routine, in) || was_there(create, in)) return {};
  return {at(create.routine.position, "anybody who reaches the API may call {} with its owner's rights: {}",
             create.routine.str(),
             roles.front() == "public" ? "PUBLIC has EXECUTE on every new function"
                                       : "anon has EXECUTE on every new function of the schema public")};
}

const LintRule definer_callable_by_anon{
    .name = "definer-callable-by-anon",
    .section = RuleSection::security,
    .severity = Severity::warning,
    .summary =
        "A SECURITY DEFINER function in one of the pipeline file's `exposed_schemas` can be called by "
        "everybody, until EXECUTE is revoked from PUBLIC, and in Supabase's schema public from anon",
    .remedy =
        "Move the function to a schema that isn't exposed, or REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, anon "
        "and grant it to who needs it.",
    .bad = {.sql = R"(CREATE FUNCTION public.invoices_total() RETURNS numeric LANGUAGE sql SECURITY DEFINER
  SET search_path = '' AS 'SELECT 0.0';
)"},
    .good = {.sql = R"(CREATE FUNCTION public.invoices_total() RETURNS numeric LANGUAGE sql SECURITY DEFINER
  SET search_path = '' AS 'SELECT 0.0';
REVOKE EXECUTE ON FUNCTION public.invoices_total() FROM PUBLIC, anon;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
