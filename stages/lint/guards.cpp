#include "stages/lint/guards.hpp"

#include <string>
#include <string_view>

namespace runner {

static Remark missing(std::size_t position, std::string_view what, std::string_view guard) {
  return at(position, "{} says no {}", what, guard);
}

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  if (drop.if_exists) return {};
  return {missing(in.statement().offset, fmt::format("dropping the {}", to_string(drop.kind)), "IF EXISTS")};
}

static Remarks check_alter(const AlterTable& alter, const RuleContext&) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.if_exists) continue;
    if (action.kind == AlterKind::drop_column)
      found.push_back(missing(action.position, "DROP COLUMN " + action.name, "IF EXISTS"));
    if (action.kind == AlterKind::drop_constraint)
      found.push_back(missing(action.position, "DROP CONSTRAINT " + action.name, "IF EXISTS"));
    if (action.kind == AlterKind::add_column)
      found.push_back(missing(action.position, "ADD COLUMN " + action.name, "IF NOT EXISTS"));
  }
  return found;
}

/// True when the rollback has dropped a thing of this name before it is made.
static bool dropped_before(const RuleContext& in, std::string_view name) {
  for (std::size_t i = 0; i < in.index(); ++i)
    if (const auto* drop = as<Drop>(in.statements()[i]))
      for (const DroppedObject& object : drop->objects)
        if (object.name.name == name) return true;
  return false;
}

static Remarks made(const RuleContext& in, bool guarded, std::string_view what, const std::string& name,
                    std::string_view guard) {
  if (guarded || dropped_before(in, name)) return {};
  return {missing(in.statement().offset, fmt::format("making {} {}", what, name), guard)};
}

static constexpr std::string_view if_not_exists = "IF NOT EXISTS";
static constexpr std::string_view or_replace = "OR REPLACE";

static Remarks check_table(const CreateTable& create, const RuleContext& in) {
  return made(in, create.if_not_exists || create.temporary, "table", create.table.name, if_not_exists);
}
static Remarks check_table_as(const CreateTableAs& create, const RuleContext& in) {
  return made(in, create.if_not_exists || create.temporary, "table", create.table.name, if_not_exists);
}
static Remarks check_index(const CreateIndex& create, const RuleContext& in) {
  return made(in, create.if_not_exists, "index", create.name, if_not_exists);
}
static Remarks check_schema(const CreateSchema& create, const RuleContext& in) {
  return made(in, create.if_not_exists, "schema", create.name, if_not_exists);
}
static Remarks check_sequence(const CreateSequence& create, const RuleContext& in) {
  return made(in, create.if_not_exists, "sequence", create.sequence.name, if_not_exists);
}
static Remarks check_extension(const CreateExtension& create, const RuleContext& in) {
  return made(in, create.if_not_exists, "extension", create.name, if_not_exists);
}
static Remarks check_view(const CreateView& create, const RuleContext& in) {
  if (create.materialized)
    return made(in, create.if_not_exists, "materialized view", create.view.name, if_not_exists);
  return made(in, create.replace, "view", create.view.name, or_replace);
}
static Remarks check_routine(const CreateRoutine& create, const RuleContext& in) {
  return made(in, create.replace, create.is_procedure ? "procedure" : "function", create.routine.name,
              or_replace);
}
static Remarks check_trigger(const CreateTrigger& create, const RuleContext& in) {
  return made(in, create.replace, "trigger", create.name, or_replace);
}
static Remarks check_enum(const AlterEnum& alter, const RuleContext& in) {
  return made(in, alter.if_not_exists || !alter.old_value.empty(), "value", alter.new_value, if_not_exists);
}

Remarks unguarded(const RuleContext& in, std::string_view when) {
  // Within a DO block an IF or an EXCEPTION may guard the statement.
  if (in.statement().in_body) return {};
  Remarks found =
      on<check_drop, check_alter, check_table, check_table_as, check_index, check_schema, check_sequence,
         check_extension, check_view, check_routine, check_trigger, check_enum>(in);
  for (Remark& remark : found) remark.message += fmt::format(", and fails {}", when);
  return found;
}

}  // namespace runner
