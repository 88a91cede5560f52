#include "stages/lint/rules.hpp"

namespace runner::rules {

/// A column that is new and empty has nothing to check.
static bool is_checked(const AddedConstraint& added) {
  if (added.constraint.kind != ConstraintKind::foreign_key || added.constraint.not_valid) return false;
  return added.column == nullptr ||
         (added.column->default_value.given && !added.column->default_value.is_null);
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AddedConstraint& added : added_constraints(alter))
    if (is_checked(added))
      found.push_back(at(added.constraint.position, "writers to {} and {} wait while every row is checked",
                         alter.table.str(), added.constraint.referenced.str()));
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
)",
         .lock = LockMode::share_row_exclusive,
         .work = RowWork::scan},
    .good =
        {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_client_fkey FOREIGN KEY (client_id) REFERENCES public.clients (id) NOT VALID;
)",
         .lock = LockMode::share_row_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
