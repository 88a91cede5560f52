#include "stages/lint/rules.hpp"

namespace runner::rules {

const LintRule unused_excuse{
    .name = "unused-excuse",
    .section = RuleSection::hygiene,
    .severity = Severity::warning,
    .summary = "A `-- runner:allow` above a statement in which its rule finds nothing",
    .remedy = "Remove the line, or move it right above the statement that it is about.",
    .bad = {.sql = R"(-- runner:allow drop-table -- replaced by the table bills in March
SELECT 1;
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(-- runner:allow drop-table -- replaced by the table bills in March
DROP TABLE public.invoices;
)",
         .lock = LockMode::access_exclusive},
};

}  // namespace runner::rules
