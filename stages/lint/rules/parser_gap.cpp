#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const NotParsed& statement, const RuleContext&) {
  return {at(statement.position, "not analysed: {}", statement.message)};
}

const LintRule parser_gap{
    .name = "parser-gap",
    .section = RuleSection::hygiene,
    .severity = Severity::warning,
    .summary =
        "The parser cannot read a statement, such as one of a later PostgreSQL: it is not analysed; the dry "
        "run executes it all the same",
    .remedy = "Look at the statement yourself: no rule did.",
    .bad = {.before =
                R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, net int);
)",
            .sql = R"(ALTER TABLE public.invoices ADD COLUMN gross int GENERATED ALWAYS AS (net * 2) VIRTUAL;
)",
            .since_major = 18},
    .good = {.sql = R"(SELECT 1;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
