#include "stages/lint/rules.hpp"

#include <algorithm>
#include <utility>

namespace runner::rules {

static Remarks about(const SchemaTable& table, const SchemaConstraint& key, std::size_t position) {
  if (key.kind != ConstraintKind::foreign_key || key.referenced.name == table.name.name) return {};
  return {at(position, "reads and writes of {} wait, too: {} refers to it", key.referenced.str(), key.name)};
}

static bool uses(const SchemaConstraint& constraint, const std::string& column) {
  return std::find(constraint.columns.begin(), constraint.columns.end(), column) != constraint.columns.end();
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::drop_constraint && action.kind != AlterKind::drop_column) continue;
    const SchemaTable* table = in.created(alter.table) ? nullptr : in.table(alter.table);
    if (table == nullptr) continue;
    for (const SchemaConstraint& key : table->constraints)
      if (action.kind == AlterKind::drop_column ? uses(key, action.name) : key.name == action.name)
        for (Remark& remark : about(*table, key, action.position)) found.push_back(std::move(remark));
  }
  return found;
}

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::table) return found;
  for (const DroppedObject& object : drop.objects) {
    const SchemaTable* table = in.created(object.name) ? nullptr : in.table(object.name);
    if (table == nullptr) continue;
    for (const SchemaConstraint& key : table->constraints)
      for (Remark& remark : about(*table, key, object.name.position)) found.push_back(std::move(remark));
    for (const SchemaTable* other : in.schema().referencing(*table))
      found.push_back(at(object.name.position, "reads and writes of {} wait, too: it refers to {}",
                         other->name.str(), object.name.str()));
  }
  return found;
}

const LintRule drop_locks_other_table{
    .name = "drop-locks-other-table",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "Dropping a table, a foreign key or its column takes ACCESS EXCLUSIVE on the table at the key's "
        "other end, too",
    .remedy = "Drop the foreign key alone, in a migration of its own, before what it belongs to.",
    .bad = {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
)",
            .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT invoices_client_id_fkey;
)"},
    .good = {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
)",
             .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT invoices_pkey;
)"},
    .check = on<check_alter, check_drop>,
};

}  // namespace runner::rules
