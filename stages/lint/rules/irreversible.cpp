#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  Remarks found;
  for (const DroppedObject& object : drop.objects)
    if (drop.kind == ObjectKind::schema ? drop.cascade
                                        : drop.kind == ObjectKind::table && in.existed(object.name))
      found.push_back(at(object.name.position, "no rollback brings the rows of {} back", object.name.str())
                          .losing(object.name.str()));
  return found;
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  if (alter.kind != RelationKind::table) return found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::drop_column && in.existed(alter.table))
      found.push_back(
          at(action.position, "no rollback brings the values of {}.{} back", alter.table.str(), action.name)
              .losing(alter.table.str() + "." + action.name));
  return found;
}

static Remarks check_rows(const ChangeRows& rows, const RuleContext& in) {
  if (rows.kind != ChangeRows::Kind::remove || !in.existed(rows.table)) return {};
  return {at(in.statement().offset, "no rollback brings the deleted rows of {} back", rows.table.str())
              .losing(rows.table.str())};
}

static Remarks check_truncate(const Truncate& emptied, const RuleContext& in) {
  Remarks found;
  for (const QualifiedName& table : emptied.tables)
    if (in.existed(table))
      found.push_back(
          at(table.position, "no rollback brings the rows of {} back", table.str()).losing(table.str()));
  return found;
}

static Remarks check_enum(const AlterEnum& alter, const RuleContext& in) {
  if (!alter.old_value.empty()) return {};
  return {at(in.statement().offset, "PostgreSQL cannot take '{}' away from {} again", alter.new_value,
             alter.type.str())};
}

static Remarks check(const RuleContext& in) {
  if (in.is_rollback()) return {};
  return on<check_drop, check_alter, check_rows, check_truncate, check_enum>(in);
}

const LintRule irreversible{
    .name = "irreversible",
    .section = RuleSection::rollback,
    .severity = Severity::warning,
    .summary =
        "The migration drops data, or adds a member to an enum: no rollback brings the one back or takes the "
        "other away",
    .remedy =
        "Keep what is dropped under another name until nobody needs it; use a text column with a CHECK "
        "instead of an enum.",
    .bad = {.before = R"(CREATE TYPE public.status AS ENUM ('open', 'paid');
)",
            .sql = R"(ALTER TYPE public.status ADD VALUE IF NOT EXISTS 'void';
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
)",
         .lock = LockMode::access_exclusive},
    .check = check,
};

}  // namespace runner::rules
