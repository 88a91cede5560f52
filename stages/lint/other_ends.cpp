#include "stages/lint/other_ends.hpp"

#include "stages/lint/rule_context.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner {

static void add_referenced(const SchemaTable& table, const SchemaConstraint& key, std::size_t position,
                           std::vector<OtherEnd>& into) {
  if (key.kind != ConstraintKind::foreign_key || key.referenced.name == table.name.name) return;
  into.push_back({key.referenced, key.name + " refers to it", position});
}

static bool goes(const SchemaConstraint& constraint, const AlterAction& with) {
  if (with.kind == AlterKind::drop_constraint) return constraint.name == with.name;
  return with.kind == AlterKind::drop_column &&
         std::find(constraint.columns.begin(), constraint.columns.end(), with.name) !=
             constraint.columns.end();
}

static bool takes_away(const AlterAction& action) {
  return action.kind == AlterKind::drop_constraint || action.kind == AlterKind::drop_column;
}

std::vector<OtherEnd> other_ends(const AlterTable& alter, const RuleContext& in) {
  std::vector<OtherEnd> ends;
  if (std::none_of(alter.actions.begin(), alter.actions.end(), takes_away)) return ends;
  const SchemaTable* table = in.created(alter.table) ? nullptr : in.table(alter.table);
  if (table == nullptr) return ends;
  for (const AlterAction& action : alter.actions)
    for (const SchemaConstraint& key : table->constraints)
      if (goes(key, action)) add_referenced(*table, key, action.position, ends);
  return ends;
}

std::vector<OtherEnd> other_ends(const Drop& drop, const RuleContext& in) {
  std::vector<OtherEnd> ends;
  if (drop.kind != ObjectKind::table) return ends;
  for (const DroppedObject& object : drop.objects) {
    const SchemaTable* table = in.created(object.name) ? nullptr : in.table(object.name);
    if (table == nullptr) continue;
    for (const SchemaConstraint& key : table->constraints)
      add_referenced(*table, key, object.name.position, ends);
    for (const SchemaTable* other : in.schema().referencing(*table))
      ends.push_back({other->name, "it refers to " + object.name.str(), object.name.position});
  }
  return ends;
}

}  // namespace runner
