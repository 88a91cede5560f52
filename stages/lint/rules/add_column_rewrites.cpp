#include "stages/lint/locks.hpp"
#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (!action.column || alter.kind != RelationKind::table || in.created(alter.table)) continue;
    const std::string why = rewrite_by_column(*action.column, in);
    if (why.empty() || !in.existed(alter.table)) continue;
    found.push_back(at(action.position, "{} while every row is rewritten for column {}: {}",
                       waits(LockMode::access_exclusive, alter.table), action.name, why));
  }
  return found;
}

const LintRule add_column_rewrites{
    .name = "add-column-rewrites",
    .section = RuleSection::locks,
    .summary =
        "ADD COLUMN with a value of its own for each row (volatile default, serial, identity, STORED, a "
        "domain with constraints) writes every row anew",
    .remedy =
        "Add the column without a default, SET DEFAULT in a statement of its own, and fill the rows in "
        "batches.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN token uuid DEFAULT gen_random_uuid();
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::rewrite},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD COLUMN token uuid, ADD COLUMN created_at timestamptz DEFAULT now();
ALTER TABLE public.invoices ALTER COLUMN token SET DEFAULT gen_random_uuid();
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
