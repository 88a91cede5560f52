#include "stages/verify/verify.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "stages/verify/made_by_migrations.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> severities{"error", "warning"};

static constexpr std::array options{
    OptionSpec{.name = "severity",
               .type = OptionType::choice,
               .help = "Severity of a difference; a warning does not fail the step",
               .default_text = "error",
               .choices = severities},
    OptionSpec{
        .name = "ignore",
        .type = OptionType::text_list,
        .help = "Schemas, and things with their schema, that are not compared; '*' stands for anything"},
    OptionSpec{.name = "owners",
               .type = OptionType::boolean,
               .help = "Compare owners, too; they differ where migrations were applied by several roles",
               .default_text = "false"},
    OptionSpec{.name = "privileges",
               .type = OptionType::boolean,
               .help = "Compare what is granted, too",
               .default_text = "true"},
};

static std::string intent(const StepInput& in) {
  if (in.plan.applied.empty()) return "nothing is applied";
  return fmt::format("compare the target's catalogue with {} executed on a shadow",
                     count_of(in.plan.applied.size(), "applied migration"));
}

static Catalogue look(Session& session, const CatalogueScope& scope) {
  RollbackGuard guard{session};
  session.query("BEGIN READ ONLY", "begin a read-only transaction");
  session.query("SET LOCAL statement_timeout = '1min'; SET LOCAL lock_timeout = '5s'",
                "limit the time of reading the catalogue");
  Catalogue catalogue = snapshot(session, scope);
  guard.end();
  return catalogue;
}

static std::set<std::string> roles_of(Session& session) {
  std::set<std::string> roles;
  for (const std::vector<Cell>& row :
       session.query("SELECT quote_ident(rolname) FROM pg_catalog.pg_roles", "read the roles' names").rows)
    roles.insert(row.at(0).value_or(""));
  return roles;
}

static std::vector<std::string> roles_of_one_side(Session& shadow, Session& target) {
  const std::set<std::string> here = roles_of(shadow);
  const std::set<std::string> there = roles_of(target);
  std::vector<std::string> roles;
  std::set_symmetric_difference(here.begin(), here.end(), there.begin(), there.end(),
                                std::back_inserter(roles));
  return roles;
}

static std::vector<CatalogueDifference> differences(const StepInput& in, Services& use) {
  CatalogueScope scope;
  scope.owners = in.options.boolean("owners");
  scope.privileges = in.options.boolean("privileges");
  scope.outside_the_database = false;
  ThreeCatalogues seen;
  {
    const std::unique_ptr<Shadow> start = use.shadows.replayed({});
    Session session = start->connect();
    seen.start = look(session, scope);
  }
  const std::unique_ptr<Shadow> shadow = use.shadows.replayed(in.plan);
  Session session = shadow->connect();
  seen.shadow = look(session, scope);
  seen.target = look(*use.target, scope);
  const Ignored ignored{.history = in.history,
                        .patterns = in.options.list("ignore"),
                        .roles = roles_of_one_side(session, *use.target)};
  return differences_that_matter(seen, ignored);
}

static std::string_view words_for(CatalogueChange change) {
  switch (change) {
    case CatalogueChange::left_over:
      return "is in the target, and no applied migration made it";
    case CatalogueChange::missing:
      return "is not in the target, though an applied migration made it";
    case CatalogueChange::changed:
      return "differs in the target from what the applied migrations made";
    case CatalogueChange::order_only:
      return "has its columns in another order in the target";
  }
  return "differs in the target";
}

static Finding finding_of(const CatalogueDifference& difference, Severity severity) {
  Finding finding{.rule = "catalogue-differs", .severity = severity};
  if (difference.change == CatalogueChange::order_only) finding.severity = Severity::info;
  finding.message =
      fmt::format("{} {} {}", difference.kind, difference.identity, words_for(difference.change));
  if (difference.change != CatalogueChange::left_over && !difference.before.empty())
    finding.detail += "migrations: " + difference.before + "\n";
  if (difference.change != CatalogueChange::missing && !difference.after.empty())
    finding.detail += "target:     " + difference.after + "\n";
  return finding;
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "step 'verify' compares the target with a shadow, but there is no target"}
        .hint("set DATABASE_URL");
  Outcome outcome;
  if (in.plan.applied.empty()) {
    outcome.summary = "nothing applied";
    return outcome;
  }
  const auto started = std::chrono::steady_clock::now();
  const Severity severity = in.options.text("severity") == "warning" ? Severity::warning : Severity::error;
  for (const CatalogueDifference& difference : differences(in, use))
    outcome.findings.push_back(finding_of(difference, severity));
  if (!outcome.findings.empty())
    outcome.findings.back().remedy =
        "write what was changed by hand as a migration, or undo it by hand; what is no concern of the "
        "migrations goes to the step's `ignore`";
  outcome.cases = {{.name = "all",
                    .status = outcome.failed() ? CaseStatus::failed : CaseStatus::passed,
                    .duration = std::chrono::steady_clock::now() - started}};
  outcome.summary = outcome.findings.empty()
                        ? fmt::format("the target holds what {} made",
                                      count_of(in.plan.applied.size(), "applied migration"))
                        : fmt::format("the target differs from the applied migrations in {}",
                                      count_of(outcome.findings.size(), "place"));
  return outcome;
}

const StageHandler verify{
    .name = "verify",
    .summary = "Compare the target with what the applied migrations make",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
