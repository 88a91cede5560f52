#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::column_type || !in.existed(alter.table)) continue;
    const SchemaTable* table = in.table(alter.table);
    const SchemaColumn* column = table == nullptr ? nullptr : table->column(action.name);
    if (column == nullptr || !is_narrower(column->type, action.type)) continue;
    found.push_back(at(action.position, "not every {} in {}.{} fits into {}", column->type.str(),
                       alter.table.str(), action.name, action.type.str()));
  }
  return found;
}

const LintRule narrowing_type{
    .name = "narrowing-type",
    .section = RuleSection::data_loss,
    .summary =
        "ALTER COLUMN … TYPE to a type that cannot hold every value of the old one: values are refused, or "
        "lose digits or characters",
    .remedy = "Check that every value fits, and excuse the statement; or add a column of the new type.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ALTER COLUMN total TYPE numeric(10, 1);
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::rewrite},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ALTER COLUMN total TYPE numeric(12, 2);
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
