#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

/// A rollback that gives a member the name back that the migration took.
static bool takes_back(const AlterEnum& alter, const RuleContext& in) {
  const Statements statements = undone(in, alter.type);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* made = as<AlterEnum>(statement);
    return made != nullptr && is_same(made->type, alter.type) && made->new_value == alter.old_value;
  });
}

static Remarks check(const AlterEnum& alter, const RuleContext& in) {
  if (alter.old_value.empty() || is_own_type(in, alter.type) || takes_back(alter, in)) return {};
  return {at(in.statement().offset,
             "code that still writes or compares {} '{}' fails from the moment this commits, and code that "
             "reads meets '{}'",
             alter.type.str(), alter.old_value, alter.new_value)};
}

const LintRule rename_enum_value{
    .name = "rename-enum-value",
    .section = RuleSection::compatibility,
    .summary = "The old name of an enum's member is an error for the code that is running",
    .remedy = "Add a member of the new name, let the application change over, and leave the old one.",
    .bad = {.before = R"(CREATE TYPE public.state AS ENUM ('open', 'payed');
)",
            .sql = R"(ALTER TYPE public.state RENAME VALUE 'payed' TO 'paid';
)"},
    .good = {.before = R"(CREATE TYPE public.state AS ENUM ('open', 'payed');
)",
             .sql = R"(ALTER TYPE public.state ADD VALUE 'paid';
)"},
    .check = on<check>,
};

}  // namespace runner::rules
