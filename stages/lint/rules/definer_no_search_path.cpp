#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static bool is_set_later(const QualifiedName& routine, const RuleContext& in) {
  const Statements statements = later(in, routine);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* alter = as<AlterRoutine>(statement);
    return alter != nullptr && alter->sets_search_path && is_same(alter->routine, routine);
  });
}

static Remark remark(const QualifiedName& routine) {
  return at(routine.position,
            "{} runs with its owner's rights and the caller's search_path: the caller decides which tables "
            "and functions its names mean",
            routine.str());
}

/// Names in C code and in a body of BEGIN ATOMIC don't depend on the caller.
static Remarks check_create(const CreateRoutine& create, const RuleContext& in) {
  if (!create.security_definer || create.sets_search_path) return {};
  if (create.body.empty() || create.language == "c" || create.language == "internal") return {};
  return is_set_later(create.routine, in) ? Remarks{} : Remarks{remark(create.routine)};
}

static bool is_made_as_definer(const QualifiedName& routine, const RuleContext& in) {
  const Statements statements = earlier(in, routine);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* create = as<CreateRoutine>(statement);
    return create != nullptr && create->security_definer && is_same(create->routine, routine);
  });
}

static Remarks check_alter(const AlterRoutine& alter, const RuleContext& in) {
  if (!alter.security_definer.value_or(false) || alter.sets_search_path) return {};
  if (is_made_as_definer(alter.routine, in)) return {};  // told there
  const auto overloads = in.schema().overloads(alter.routine);
  const bool is_set = !overloads.empty() &&
                      std::all_of(overloads.begin(), overloads.end(),
                                  [](const SchemaFunction* function) { return function->sets_search_path; });
  return is_set || is_set_later(alter.routine, in) ? Remarks{} : Remarks{remark(alter.routine)};
}

const LintRule definer_no_search_path{
    .name = "definer-no-search-path",
    .section = RuleSection::security,
    .summary =
        "A SECURITY DEFINER function without a search_path of its own can be made to use the caller's tables "
        "and functions with its owner's rights",
    .remedy = "Add SET search_path = '' to the function, and write schemas in its body.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(CREATE FUNCTION private_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
  AS 'SELECT count(*) FROM invoices';
)"},
    .good =
        {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
         .sql =
             R"(CREATE FUNCTION private_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = ''
  AS 'SELECT count(*) FROM public.invoices';
)"},
    .check = on<check_create, check_alter>,
};

}  // namespace runner::rules
