#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool is_nullable(const SchemaTable* table, const std::string& column) {
  const SchemaColumn* found = table == nullptr ? nullptr : table->column(column);
  return found != nullptr && !found->not_null;
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::drop_not_null || !in.existed(alter.table)) continue;
    if (is_own_column(in, alter.table, action.name) ||
        is_taken_back(in, alter.table, AlterKind::set_not_null, action.name))
      continue;
    if (is_nullable(in.table(alter.table), action.name)) continue;
    if (has_action_behind(in, alter.table, AlterKind::set_not_null, action.name, action.position) ||
        has_action_behind(in, alter.table, AlterKind::drop_column, action.name, action.position))
      continue;
    found.push_back(at(action.position, "code that reads {}.{} may meet null, which never was there before",
                       alter.table.str(), action.name));
  }
  return found;
}

const LintRule drop_not_null{
    .name = "drop-not-null",
    .section = RuleSection::compatibility,
    .severity = Severity::warning,
    .summary = "Code that is running has never met null in a column that was NOT NULL",
    .remedy = "Let every reader handle null before the first writer may leave the column out.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text NOT NULL);
)",
            .sql = R"(ALTER TABLE public.invoices ALTER COLUMN no DROP NOT NULL;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
             .sql = R"(ALTER TABLE public.invoices ALTER COLUMN no DROP NOT NULL;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
