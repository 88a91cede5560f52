#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const auto& [constraint, column] : added_constraints(alter))
    if (constraint.kind == ConstraintKind::unique && constraint.using_index.empty())
      found.push_back(at(constraint.position, "{} while the index of the unique constraint is built",
                         waits(LockMode::access_exclusive, alter.table)));
  return found.empty() || !in.existed(alter.table) ? Remarks{} : found;
}

const LintRule unique_builds_index{
    .name = "unique-builds-index",
    .section = RuleSection::locks,
    .summary = "ADD UNIQUE without USING INDEX keeps readers and writers waiting while the index is built",
    .remedy =
        "Make the unique index CONCURRENTLY in a migration of its own, then ADD CONSTRAINT … UNIQUE USING "
        "INDEX.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_note_key UNIQUE (note);
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::build_index},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE UNIQUE INDEX invoices_note_key ON public.invoices (note);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_note_key UNIQUE USING INDEX invoices_note_key;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
