#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::set_unlogged && in.existed(alter.table))
      found.push_back(at(action.position, "{} is empty after the next crash", alter.table.str()));
  return found;
}

const LintRule set_unlogged{
    .name = "set-unlogged",
    .section = RuleSection::data_loss,
    .summary =
        "SET UNLOGGED: after a crash of the server the table is empty, and replicas never have its rows",
    .remedy = "Leave the table logged.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices SET UNLOGGED;
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::rewrite},
    .good = {.sql = R"(CREATE UNLOGGED TABLE public.scratch (id bigint PRIMARY KEY);
)"},
    .check = on<check>,
};

}  // namespace runner::rules
