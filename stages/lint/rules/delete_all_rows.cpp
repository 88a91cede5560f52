#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const ChangeRows& rows, const RuleContext& in) {
  if (rows.kind != ChangeRows::Kind::remove || (rows.where.given && !rows.where.is_true)) return {};
  if (!in.existed(rows.table)) return {};
  return {at(in.statement().offset, "all rows of {} are lost", rows.table.str()).losing(rows.table.str())};
}

const LintRule delete_all_rows{
    .name = "delete-all-rows",
    .section = RuleSection::data_loss,
    .summary = "DELETE without WHERE takes all rows away for good",
    .remedy = "Say in WHERE which rows must go; or excuse the statement.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(DELETE FROM public.invoices;
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(DELETE FROM public.invoices WHERE total = 0;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
