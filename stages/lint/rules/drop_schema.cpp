#include "stages/lint/rules.hpp"

#include <string>

namespace runner::rules {

static bool made_here(const std::string& schema, const RuleContext& in) {
  for (std::size_t i = 0; i < in.index(); ++i)
    if (const auto* create = as<CreateSchema>(in.statements()[i]))
      if (create->name == schema && !create->if_not_exists) return true;
  return false;
}

static Remarks check(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::schema) return found;
  for (const DroppedObject& object : drop.objects) {
    if (made_here(object.name.name, in)) continue;
    found.push_back(
        drop.cascade
            ? at(object.name.position, "every table in schema {} is lost with its rows", object.name.name)
            : at(object.name.position, "schema {} is gone for whoever still names it", object.name.name));
  }
  return found;
}

const LintRule drop_schema{
    .name = "drop-schema",
    .section = RuleSection::data_loss,
    .summary = "DROP SCHEMA takes away a name that others use, and with CASCADE every table in it",
    .remedy = "Drop what is in it table by table, in migrations that say so; then excuse the statement.",
    .bad = {.before = R"(CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id bigint PRIMARY KEY);
)",
            .sql = R"(DROP SCHEMA billing CASCADE;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE SCHEMA billing;
)",
             .sql = R"(COMMENT ON SCHEMA billing IS 'Empty from March on.';
)"},
    .check = on<check>,
};

}  // namespace runner::rules
