#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool is_json(const TypeName& type) {
  return type.name == "json" && (type.schema.empty() || type.schema == "pg_catalog");
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    const bool is_change = action.kind == AlterKind::column_type && is_json(action.type);
    const bool is_new = action.column && is_json(action.column->type);
    if ((is_change || is_new) && alter.kind == RelationKind::table && in.existed(alter.table))
      found.push_back(at(action.position,
                         "code that still asks for DISTINCT, GROUP BY or UNION over whole rows of {} fails: "
                         "{} is json, which cannot be compared",
                         alter.table.str(), action.name));
  }
  return found;
}

const LintRule json_column{
    .name = "json-column",
    .section = RuleSection::compatibility,
    .severity = Severity::warning,
    .summary = "A column of type json makes SELECT DISTINCT * and the like fail: json has no equality",
    .remedy = "Use jsonb.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(ALTER TABLE public.invoices ADD COLUMN details json;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
             .sql = R"(ALTER TABLE public.invoices ADD COLUMN details jsonb;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
