#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const CreateIndex& create, const RuleContext& in) {
  if (!create.if_not_exists || in.created(create.table)) return {};
  const SchemaTable* table = in.schema().table_of_index({create.table.schema, create.name, 0});
  if (table == nullptr) return {};
  for (const SchemaIndex& index : table->indexes)
    if (index.name == create.name && !index.valid)
      return {at(in.statement().offset, "index {} of {} is there, but invalid: IF NOT EXISTS leaves it so",
                 create.name, table->name.str())};
  return {};
}

const LintRule invalid_index_left{
    .name = "invalid-index-left",
    .section = RuleSection::hygiene,
    .severity = Severity::warning,
    .summary =
        "CREATE INDEX IF NOT EXISTS where an invalid index has the name, as a failed CONCURRENTLY leaves it: "
        "it is passed over, and stays of no use",
    .remedy = "Drop the invalid index first, CONCURRENTLY where the table is in use.",
    .bad = {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX events_at_idx ON ONLY public.events (at);
)",
            .sql = R"(CREATE INDEX IF NOT EXISTS events_at_idx ON public.events (at);
)",
            .lock = LockMode::share},
    .good = {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX events_at_idx ON ONLY public.events (at);
)",
             .sql = R"(DROP INDEX IF EXISTS public.events_at_idx;
CREATE INDEX IF NOT EXISTS events_at_idx ON public.events (at);
)",
             .lock = LockMode::access_exclusive,
             .work = RowWork::build_index},
    .check = on<check>,
};

}  // namespace runner::rules
