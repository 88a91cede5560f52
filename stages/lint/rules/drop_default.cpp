#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

/// The column gets another default, as around a change of its type, or goes.
static bool is_replaced(const QualifiedName& table, const AlterAction& drop, const RuleContext& in) {
  for (const AlterKind kind : {AlterKind::set_default, AlterKind::add_identity, AlterKind::drop_column})
    if (has_action_behind(in, table, kind, drop.name, drop.position)) return true;
  return false;
}

static Remarks about(const QualifiedName& table, const AlterAction& drop, const RuleContext& in) {
  if (!in.existed(table) || is_own_column(in, table, drop.name)) return {};
  if (is_taken_back(in, table, AlterKind::set_default, drop.name) || is_replaced(table, drop, in)) return {};
  const SchemaTable* known = in.table(table);
  const SchemaColumn* column = known == nullptr ? nullptr : known->column(drop.name);
  if (column != nullptr && !column->has_default) return {};
  const bool is_nullable = column != nullptr && !column->not_null;
  if (!is_nullable && !has_action_behind(in, table, AlterKind::drop_not_null, drop.name, 0))
    return {at(drop.position, "code that still inserts into {} without {} fails from the moment this commits",
               table.str(), drop.name)};
  Remark silent =
      at(drop.position, "code that still inserts into {} without {} writes null from the moment this commits",
         table.str(), drop.name);
  silent.severity = Severity::warning;
  return {std::move(silent)};
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::drop_default)
      for (Remark& remark : about(alter.table, action, in)) found.push_back(std::move(remark));
  return found;
}

const LintRule drop_default{
    .name = "drop-default",
    .section = RuleSection::compatibility,
    .summary =
        "Without its default, a NOT NULL column refuses the rows of running code that leaves it out; a "
        "nullable one takes null (then a warning)",
    .remedy = "Let every writer name the column first, and drop the default in a later migration.",
    .bad = {.before =
                R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open');
)",
            .sql = R"(ALTER TABLE public.invoices ALTER COLUMN state DROP DEFAULT;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before =
                 R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open');
)",
             .sql = R"(ALTER TABLE public.invoices ALTER COLUMN state DROP DEFAULT;
ALTER TABLE public.invoices ALTER COLUMN state SET DEFAULT 'draft';
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
