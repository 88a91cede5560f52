#include "stages/lint/guards.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const RuleContext& in) {
  if (in.is_rollback() || in.shape() != TransactionShape::none) return {};
  return unguarded(in, "when the file is run again after it stopped half-way");
}

const LintRule not_rerunnable{
    .name = "not-rerunnable",
    .section = RuleSection::hygiene,
    .summary =
        "A file outside a transaction fails when it is run again after it stopped half-way: DROP without IF "
        "EXISTS, CREATE without IF NOT EXISTS",
    .remedy = "Write IF EXISTS, IF NOT EXISTS or OR REPLACE.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CREATE INDEX CONCURRENTLY invoices_note_idx ON public.invoices (note);
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_note_idx ON public.invoices (note);
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .check = check,
};

}  // namespace runner::rules
