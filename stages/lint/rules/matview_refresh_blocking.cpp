#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const RefreshView& refresh, const RuleContext& in) {
  if (refresh.concurrently || !refresh.with_data || !in.existed(refresh.view)) return {};
  return {at(refresh.view.position, "readers of {} wait until it is filled", refresh.view.str())};
}

const LintRule matview_refresh_blocking{
    .name = "matview-refresh-blocking",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps readers of the view waiting until it is filled",
    .remedy = "Write REFRESH MATERIALIZED VIEW CONCURRENTLY; the view needs a unique index for that.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE MATERIALIZED VIEW public.totals AS SELECT client_id, sum(total) AS total FROM public.invoices GROUP BY client_id;
CREATE UNIQUE INDEX totals_client_id_idx ON public.totals (client_id);
)",
         .sql = R"(REFRESH MATERIALIZED VIEW public.totals;
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::rewrite},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE MATERIALIZED VIEW public.totals AS SELECT client_id, sum(total) AS total FROM public.invoices GROUP BY client_id;
CREATE UNIQUE INDEX totals_client_id_idx ON public.totals (client_id);
)",
         .sql = R"(REFRESH MATERIALIZED VIEW CONCURRENTLY public.totals;
)",
         .lock = LockMode::exclusive,
         .work = RowWork::scan},
    .check = on<check>,
};

}  // namespace runner::rules
