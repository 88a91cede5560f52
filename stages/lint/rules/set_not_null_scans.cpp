#include "stages/lint/locks.hpp"
#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::set_not_null || !in.existed(alter.table) ||
        !scans_for_nulls(in.table(alter.table), action.name))
      continue;
    found.push_back(at(action.position, "{} while every row is checked for nulls in {}",
                       waits(LockMode::access_exclusive, alter.table), action.name));
  }
  return found;
}

const LintRule set_not_null_scans{
    .name = "set-not-null-scans",
    .section = RuleSection::locks,
    .summary =
        "SET NOT NULL keeps readers and writers waiting while every row is checked, unless a valid CHECK "
        "(column IS NOT NULL) already says so",
    .remedy =
        "Add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in the next migration, and SET NOT NULL in "
        "the one after; then drop the check.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ALTER COLUMN client_id SET NOT NULL;
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
ALTER TABLE public.invoices ADD CONSTRAINT invoices_client_set CHECK (client_id IS NOT NULL);
)",
         .sql = R"(ALTER TABLE public.invoices ALTER COLUMN client_id SET NOT NULL;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
