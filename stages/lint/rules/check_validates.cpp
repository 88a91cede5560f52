#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const auto& [constraint, column] : added_constraints(alter))
    if (constraint.kind == ConstraintKind::check && !constraint.not_valid)
      found.push_back(at(constraint.position, "{} while every row is checked",
                         waits(LockMode::access_exclusive, alter.table)));
  return found.empty() || !in.existed(alter.table) ? Remarks{} : found;
}

const LintRule check_validates{
    .name = "check-validates",
    .section = RuleSection::locks,
    .summary =
        "A CHECK without NOT VALID keeps readers and writers of the table waiting while every row is checked",
    .remedy = "Add the check NOT VALID, then VALIDATE CONSTRAINT in the next migration.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_total_positive CHECK (total > 0);
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_total_positive CHECK (total > 0) NOT VALID;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
