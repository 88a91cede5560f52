#include "stages/lint/guards.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const RuleContext& in) {
  return in.is_rollback() ? unguarded(in, "when the rollback is run once more") : Remarks{};
}

const LintRule rollback_unguarded{
    .name = "rollback-unguarded",
    .section = RuleSection::rollback,
    .severity = Severity::warning,
    .summary =
        "A statement of the rollback fails when it is run a second time: DROP without IF EXISTS, CREATE "
        "without IF NOT EXISTS or OR REPLACE",
    .remedy = "Write IF EXISTS, IF NOT EXISTS or OR REPLACE.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
)",
         .rollback = R"(ALTER TABLE public.invoices DROP COLUMN due;
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
)",
         .rollback = R"(ALTER TABLE public.invoices DROP COLUMN IF EXISTS due;
)",
         .lock = LockMode::access_exclusive},
    .check = check,
};

}  // namespace runner::rules
