#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::table) return found;
  for (const DroppedObject& object : drop.objects)
    if (in.existed(object.name))
      found.push_back(
          at(object.name.position, "the rows of {} are lost", object.name.str()).losing(object.name.str()));
  return found;
}

const LintRule drop_table{
    .name = "drop-table",
    .section = RuleSection::data_loss,
    .summary = "DROP TABLE takes the rows away for good",
    .remedy = "Rename the table first, and drop it when nobody has missed it; then excuse the statement.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(DROP TABLE public.invoices;
)",
         .lock = LockMode::access_exclusive},
    .good = {.sql = R"(CREATE TEMPORARY TABLE scratch (id bigint);
DROP TABLE scratch;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
