#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const RuleContext& in) {
  Remarks found;
  for (const std::size_t position : in.statement().long_names)
    found.push_back(at(position, "PostgreSQL keeps 63 bytes of this name, and drops the rest"));
  return found;
}

const LintRule identifier_too_long{
    .name = "identifier-too-long",
    .section = RuleSection::hygiene,
    .severity = Severity::warning,
    .summary =
        "A name is longer than 63 bytes: PostgreSQL cuts it off, and the longer name finds it by chance only",
    .remedy = "Choose a name of at most 63 bytes.",
    .bad =
        {.sql =
             R"(CREATE TABLE public.a_name_that_goes_on_and_on_until_it_is_longer_than_postgresql_keeps (id bigint);
)"},
    .good = {.sql = R"(CREATE TABLE public.a_name_that_fits (id bigint);
)"},
    .check = check,
};

}  // namespace runner::rules
