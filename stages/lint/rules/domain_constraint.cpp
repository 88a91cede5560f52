#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

#include <fmt/ranges.h>

namespace runner::rules {

static Remarks check(const AlterDomain& alter, const RuleContext& in) {
  if (!scans_users(alter)) return {};
  const SchemaType* domain = in.schema().type(alter.domain);
  if (domain == nullptr) {
    if (in.schema().known) return {};
    return {at(in.statement().offset,
               "writers to every table with a column of {} wait while its rows are checked",
               alter.domain.str())};
  }
  std::vector<std::string> tables;
  for (const SchemaTable* table : in.schema().users(*domain))
    if (!table->created) tables.push_back(table->name.str());
  if (tables.empty()) return {};
  return {
      at(in.statement().offset, "writers to {} wait while every row is checked", fmt::join(tables, ", "))};
}

const LintRule domain_constraint{
    .name = "domain-constraint",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "A constraint that is added to a domain, or validated, reads every table that has a column of it, "
        "while writers wait",
    .remedy = "Put a CHECK on each table instead, NOT VALID, and VALIDATE it in the next migration.",
    .bad = {.before = R"(CREATE DOMAIN public.amount AS numeric;
CREATE TABLE public.invoices (id bigint PRIMARY KEY, total public.amount);
)",
            .sql = R"(ALTER DOMAIN public.amount ADD CONSTRAINT amount_positive CHECK (VALUE > 0);
)",
            .lock = LockMode::share,
            .work = RowWork::scan},
    .good = {.before = R"(CREATE DOMAIN public.amount AS numeric;
CREATE TABLE public.invoices (id bigint PRIMARY KEY, total public.amount);
)",
             .sql = R"(ALTER DOMAIN public.amount ADD CONSTRAINT amount_positive CHECK (VALUE > 0) NOT VALID;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
