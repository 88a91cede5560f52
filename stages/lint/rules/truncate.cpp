#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Truncate& emptied, const RuleContext& in) {
  Remarks found;
  for (const QualifiedName& table : emptied.tables)
    if (in.existed(table))
      found.push_back(at(table.position, "all rows of {} are lost", table.str()).losing(table.str()));
  return found;
}

const LintRule truncate{
    .name = "truncate",
    .section = RuleSection::data_loss,
    .summary = "TRUNCATE takes all rows away for good, while nobody can read the table",
    .remedy = "Delete the rows that must go, in batches; or excuse the statement.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(TRUNCATE public.invoices;
)",
         .lock = LockMode::access_exclusive},
    .good = {.sql = R"(CREATE TEMPORARY TABLE scratch (id bigint);
TRUNCATE scratch;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
