#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool is_checked(const Constraint& constraint) {
  return constraint.kind == ConstraintKind::foreign_key && !constraint.not_valid;
}

/// A column that is new and empty has nothing to check.
static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  const auto add = [&](const Constraint& key) {
    if (is_checked(key))
      found.push_back(at(key.position, "writers to {} and {} wait while every row is checked",
                         alter.table.str(), key.referenced.str()));
  };
  for (const AlterAction& action : alter.actions) {
    if (action.constraint) add(*action.constraint);
    if (action.column && action.column->default_value.given && !action.column->default_value.is_null)
      for (const Constraint& constraint : action.column->constraints) add(constraint);
  }
  return found.empty() || !in.existed(alter.table) ? Remarks{} : found;
}

const LintRule fk_validates{
    .name = "fk-validates",
    .section = RuleSection::locks,
    .summary =
        "A FOREIGN KEY without NOT VALID keeps writers of both tables waiting while every row is checked",
    .remedy = "Add the key NOT VALID, then VALIDATE CONSTRAINT in the next migration.",
    .bad =
        {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_client_fkey FOREIGN KEY (client_id) REFERENCES public.clients (id);
)"},
    .good =
        {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_client_fkey FOREIGN KEY (client_id) REFERENCES public.clients (id) NOT VALID;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
