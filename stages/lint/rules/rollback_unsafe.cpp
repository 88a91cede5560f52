#include "stages/lint/rules.hpp"

namespace runner::rules {

const LintRule rollback_unsafe{
    .name = "rollback-unsafe",
    .section = RuleSection::rollback,
    .severity = Severity::warning,
    .summary =
        "Rules about locks and about running code apply to the rollback, too: it runs at the worst of times",
    .remedy = "Follow the rule that is named.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_note_idx ON public.invoices (note);
)",
         .rollback = R"(DROP INDEX IF EXISTS public.invoices_note_idx;
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_note_idx ON public.invoices (note);
)",
         .rollback = R"(DROP INDEX CONCURRENTLY IF EXISTS public.invoices_note_idx;
)",
         .lock = LockMode::share_update_exclusive},
};

}  // namespace runner::rules
