#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::disable_row_security ||
        is_taken_back(in, alter.table, AlterKind::enable_row_security))
      continue;
    if (has_action_behind(in, alter.table, AlterKind::enable_row_security, {}, action.position)) continue;
    const SchemaTable* table = in.table(alter.table);
    if (table == nullptr ? in.schema().known : !table->row_security) continue;
    found.push_back(at(action.position,
                       "every row of {} is open to whoever has rights on it: its policies count no more",
                       alter.table.str()));
  }
  return found;
}

const LintRule rls_disabled{
    .name = "rls-disabled",
    .section = RuleSection::security,
    .summary = "Without row level security, a table's policies are there and do nothing",
    .remedy = "Leave it enabled, and write a policy that allows what is needed.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
)",
            .sql = R"(ALTER TABLE public.invoices DISABLE ROW LEVEL SECURITY;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
)",
             .sql = R"(CREATE POLICY invoices_read ON public.invoices FOR SELECT USING (no IS NOT NULL);
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
