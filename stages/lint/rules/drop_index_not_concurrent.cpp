#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::index || drop.concurrently) return found;
  for (const DroppedObject& index : drop.objects) {
    const SchemaTable* table = in.schema().table_of_index(index.name);
    if (table == nullptr ? in.schema().known : table->created) continue;
    found.push_back(at(index.name.position, "{} while index {} is dropped",
                       table == nullptr ? "reads and writes of its table wait"
                                        : waits(LockMode::access_exclusive, table->name),
                       index.name.str()));
  }
  return found;
}

const LintRule drop_index_not_concurrent{
    .name = "drop-index-not-concurrent",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "DROP INDEX without CONCURRENTLY takes ACCESS EXCLUSIVE: while it waits for the readers there are, "
        "everyone else waits behind it",
    .remedy = "Write DROP INDEX CONCURRENTLY, in a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE INDEX invoices_client_id_idx ON public.invoices (client_id);
)",
         .sql = R"(DROP INDEX public.invoices_client_id_idx;
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE INDEX invoices_client_id_idx ON public.invoices (client_id);
)",
         .sql = R"(DROP INDEX CONCURRENTLY IF EXISTS public.invoices_client_id_idx;
)",
         .lock = LockMode::share_update_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
