#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check_call(const Call& call, const RuleContext& in) {
  if (in.statement().in_body && call.routine.empty())
    return {at(in.statement().offset, "not analysed: the text of this statement is made at run time")};
  return {at(in.statement().offset, "not analysed: what {} executes",
             call.routine.empty() ? "a prepared statement" : call.routine.str())};
}

static Remarks check_block(const DoBlock& block, const RuleContext& in) {
  if (block.language == "plpgsql" && block.body_position > 0) return {};
  return {at(in.statement().offset, "not analysed: a block in {}",
             block.language == "plpgsql" ? "quotes that hold escapes" : block.language)};
}

const LintRule opaque_sql{
    .name = "opaque-sql",
    .section = RuleSection::hygiene,
    .severity = Severity::info,
    .summary =
        "SQL that is made at run time, or runs in a procedure or in another language: no rule sees it; the "
        "trace of the dry run does",
    .remedy = "Write the statements out, where that is possible.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(DO $$ BEGIN EXECUTE format('ALTER TABLE public.%I ADD COLUMN due date', 'invoices'); END $$;
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(DO $$ BEGIN ALTER TABLE public.invoices ADD COLUMN due date; END $$;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check_call, check_block>,
};

}  // namespace runner::rules
