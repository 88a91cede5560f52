#include "stages/lint/locks.hpp"
#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::column_type || alter.kind != RelationKind::table ||
        !in.existed(alter.table))
      continue;
    const SchemaTable* table = in.table(alter.table);
    const SchemaColumn* column = table == nullptr ? nullptr : table->column(action.name);
    const RowWork work = work_of_type_change(column, action, in.schema());
    if (work == RowWork::none) continue;
    found.push_back(at(action.position, "{} {}: {} turns {}into {}",
                       waits(LockMode::access_exclusive, alter.table), while_done(work), action.name,
                       column == nullptr ? "" : fmt::format("from {} ", column->type.str()),
                       action.type.str()));
  }
  return found;
}

const LintRule type_change_rewrites{
    .name = "type-change-rewrites",
    .section = RuleSection::locks,
    .summary =
        "ALTER COLUMN … TYPE that writes every row anew, or builds indexes anew, keeps readers and writers "
        "waiting",
    .remedy = "Add a column of the new type, fill it in batches, and let the application change over.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id int);
)",
            .sql = R"(ALTER TABLE public.invoices ALTER COLUMN client_id TYPE bigint;
)",
            .lock = LockMode::access_exclusive,
            .work = RowWork::rewrite},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, number varchar(20));
)",
             .sql = R"(ALTER TABLE public.invoices ALTER COLUMN number TYPE varchar(40);
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
