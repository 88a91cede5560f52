#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Rename& rename, const RuleContext& in) {
  if (rename.kind != ObjectKind::schema || makes_schema(earlier(in, rename.object), rename.object.name))
    return {};
  if (makes_schema(undone(in, rename.object), rename.object.name)) return {};
  return {at(rename.object.position,
             "code that still names {}, or has it in its search_path, fails from the moment this commits",
             rename.object.name)};
}

const LintRule rename_schema{
    .name = "rename-schema",
    .section = RuleSection::compatibility,
    .summary = "Everything in a renamed schema is gone for the code that is running",
    .remedy =
        "Make the new schema, move one table after the other, and leave views under the old names until the "
        "application has changed over.",
    .bad = {.before = R"(CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id bigint PRIMARY KEY);
)",
            .sql = R"(ALTER SCHEMA billing RENAME TO accounts;
)"},
    .good = {.before = R"(CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id bigint PRIMARY KEY);
)",
             .sql = R"(CREATE SCHEMA accounts;
ALTER TABLE billing.invoices SET SCHEMA accounts;
CREATE VIEW billing.invoices AS SELECT id FROM accounts.invoices;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
