#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Drop& drop, const RuleContext&) {
  if (drop.kind != ObjectKind::database) return {};
  const QualifiedName& name = drop.objects.front().name;
  return {at(name.position, "everything in database {} is lost", name.name)};
}

const LintRule drop_database{
    .name = "drop-database",
    .section = RuleSection::data_loss,
    .summary = "DROP DATABASE in a migration",
    .remedy = "Drop a database by hand, where somebody looks at its name.",
    .bad = {.sql = R"(DROP DATABASE IF EXISTS reporting_of_last_year;
)"},
    .good = {.sql = R"(SELECT 1;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
