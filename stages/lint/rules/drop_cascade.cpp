#include "stages/lint/rules.hpp"

#include <string>
#include <string_view>

namespace runner::rules {

static Remark remark(std::size_t position, std::string_view kind, const std::string& name) {
  return at(position, "whatever depends on {} {} is dropped with it, unnamed", kind, name);
}

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (!drop.cascade) return found;
  for (const DroppedObject& object : drop.objects)
    if (!in.created(object.name))
      found.push_back(remark(object.name.position, to_string(drop.kind), object.name.str()));
  return found;
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (!action.cascade || in.created(alter.table)) continue;
    if (action.kind == AlterKind::drop_column)
      found.push_back(remark(action.position, "column", action.name));
    if (action.kind == AlterKind::drop_constraint)
      found.push_back(remark(action.position, "constraint", action.name));
  }
  return found;
}

static Remarks check_truncate(const Truncate& emptied, const RuleContext& in) {
  Remarks found;
  if (!emptied.cascade) return found;
  for (const QualifiedName& table : emptied.tables)
    if (in.existed(table))
      found.push_back(
          at(table.position, "every table that refers to {} is emptied with it, unnamed", table.str()));
  return found;
}

const LintRule drop_cascade{
    .name = "drop-cascade",
    .section = RuleSection::data_loss,
    .summary =
        "CASCADE drops whatever depends on the object, without naming it: views, foreign keys, columns, "
        "policies",
    .remedy = "Drop by name what depends on it, and leave CASCADE out.",
    .bad = {.before = R"(CREATE VIEW public.paid AS SELECT 1 AS id;
CREATE VIEW public.paid_today AS SELECT id FROM public.paid;
)",
            .sql = R"(DROP VIEW public.paid CASCADE;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE VIEW public.paid AS SELECT 1 AS id;
CREATE VIEW public.paid_today AS SELECT id FROM public.paid;
)",
             .sql = R"(DROP VIEW public.paid_today, public.paid;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check_drop, check_alter, check_truncate>,
};

}  // namespace runner::rules
