#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const CreateIndex& index, const RuleContext& in) {
  if (index.concurrently || index.only || !in.existed(index.table)) return {};
  return {at(in.statement().offset, "{} while index {} is built", waits(LockMode::share, index.table),
             index.name.empty() ? "on it" : index.name)};
}

const LintRule index_not_concurrent{
    .name = "index-not-concurrent",
    .section = RuleSection::locks,
    .summary =
        "CREATE INDEX without CONCURRENTLY keeps every writer of the table waiting while the index is built",
    .remedy = "Write CREATE INDEX CONCURRENTLY, in a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CREATE INDEX invoices_client_id_idx ON public.invoices (client_id);
)",
         .lock = LockMode::share,
         .work = RowWork::build_index},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_client_id_idx ON public.invoices (client_id);
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .check = on<check>,
};

}  // namespace runner::rules
