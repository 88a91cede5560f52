#include "stages/lint/rules.hpp"

namespace runner::rules {

const LintRule bad_excuse{
    .name = "bad-excuse",
    .section = RuleSection::hygiene,
    .summary = "A `-- runner:allow` that names no rule, or gives no reason, excuses nothing",
    .remedy = "Write -- runner:allow <rule> -- <reason>, on the line above the statement.",
    .bad = {.sql = R"(-- runner:allow index-not-concurent -- nobody uses the table yet
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
