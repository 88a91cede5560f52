#include "stages/lint/exposed.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static bool is_set_later(const QualifiedName& view, const RuleContext& in) {
  const auto actions = actions_on(later(in, view), view);
  return std::any_of(actions.begin(), actions.end(), [](const AlterAction* action) {
    return action->kind == AlterKind::set_options && action->security_invoker;
  });
}

/// CREATE OR REPLACE takes the option away where it doesn't name it.
static Remarks check(const CreateView& create, const RuleContext& in) {
  if (create.materialized || create.temporary || create.security_invoker) return {};
  if (!is_exposed(in, create.view) || is_set_later(create.view, in) ||
      drops(later(in, create.view), ObjectKind::view, create.view))
    return {};
  if (is_withheld(in, ObjectKind::table, create.view, {"anon", "authenticated"})) return {};
  return {at(create.view.position,
             "{} reads with its owner's rights: whoever may read it meets rows that the policies of the "
             "tables behind it hide",
             create.view.str())};
}

const LintRule view_definer{
    .name = "view-definer",
    .section = RuleSection::security,
    .severity = Severity::warning,
    .summary =
        "A view in one of the pipeline file's `exposed_schemas` that reads with its owner's rights goes past "
        "the row level security of its tables",
    .remedy = "Write CREATE VIEW … WITH (security_invoker = true), which PostgreSQL has from version 15 on.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(CREATE VIEW public.numbers AS SELECT no FROM public.invoices;
)",
            .since_major = 15},
    .good =
        {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
         .sql =
             R"(CREATE VIEW public.numbers WITH (security_invoker = true) AS SELECT no FROM public.invoices;
)",
         .since_major = 15},
    .check = on<check>,
};

}  // namespace runner::rules
