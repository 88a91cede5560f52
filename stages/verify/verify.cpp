#include "stages/verify/verify.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/acknowledgements.hpp"
#include "runner/migration/assertion.hpp"
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

static constexpr std::array<std::string_view, 2> times{"always", "changed"};
static constexpr std::array<std::string_view, 1> allow_choices{"unproven"};

static constexpr std::array options{
    OptionSpec{.name = "when",
               .type = OptionType::choice,
               .help = "Compare always, or only when a step before this one changed the history",
               .default_text = "always",
               .choices = times},
    OptionSpec{
        .name = "assertions",
        .type = OptionType::text_list,
        .help = "SQL files, from the repository root, whose queries must return no rows on the target"},
    OptionSpec{.name = "assertion_timeout",
               .type = OptionType::duration,
               .help = "How long one query of the assertions may run",
               .default_text = "1min",
               .min = 1,
               .max = day_ms},
    OptionSpec{.name = "allow",
               .type = OptionType::choice_list,
               .help = "unproven: only warn where the applied migrations cannot be replayed on a shadow; "
                       "RUNNER_ALLOW takes the same word",
               .choices = allow_choices},
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

static bool is_skipped(const StepInput& in) {
  return in.options.text("when") == "changed" && !in.history_changed;
}

static std::string intent(const StepInput& in) {
  if (is_skipped(in)) return "nothing was applied or rolled back before this step";
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

static std::set<std::string> names_in(const Rows& rows) {
  std::set<std::string> names;
  for (const std::vector<Cell>& row : rows.rows) names.insert(row.at(0).value_or(""));
  return names;
}

static std::set<std::string> roles_of(Session& session) {
  return names_in(
      session.query("SELECT quote_ident(rolname) FROM pg_catalog.pg_roles", "read the roles' names"));
}

/// Roles whose rights cannot be compared: those that only one side has, and those that may do anything on the
/// target, whatever they are granted.
static std::vector<std::string> roles_aside(Session& shadow, Session& target) {
  const std::set<std::string> here = roles_of(shadow);
  const std::set<std::string> there = roles_of(target);
  const std::set<std::string> superusers = names_in(target.query(
      "SELECT quote_ident(rolname) FROM pg_catalog.pg_roles WHERE rolsuper", "read the superusers' names"));
  std::vector<std::string> roles(superusers.begin(), superusers.end());
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
                        .roles = roles_aside(session, *use.target)};
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

static std::string remedy_for(const Findings& findings) {
  std::string remedy =
      "write what was changed by hand as a migration, or undo it by hand; what is no concern of the "
      "migrations goes to the step's `ignore`";
  if (std::any_of(findings.begin(), findings.end(),
                  [](const Finding& finding) { return finding.message.starts_with("grant "); }))
    remedy +=
        "\nrights that the shadow's prelude gives by itself: is the target on another platform, set "
        "`shadow: { prelude: [] }`";
  return remedy;
}

// --- the step ----------------------------------------------------------------------------------------------

namespace {
class Verify {
 public:
  Verify(const StepInput& in, Services& use) : in_(in), use_(use) {}
  Outcome run();

 private:
  Findings compared();
  void compare_with_shadow();
  void assert_file(const std::string& name);
  void add_case(std::string name, Findings findings, std::chrono::steady_clock::time_point started);

  const StepInput& in_;
  Services& use_;
  Outcome outcome_{};
  std::size_t places_ = 0;  ///< where the target differs
  bool compared_ = false;
};
}  // namespace

/// What the migrations make cannot always be made again: extensions, or a beginning that no file holds.
Findings Verify::compared() {
  const Severity severity = in_.options.text("severity") == "warning" ? Severity::warning : Severity::error;
  Findings findings;
  try {
    for (const CatalogueDifference& difference : differences(in_, use_))
      findings.push_back(finding_of(difference, severity));
    compared_ = true;
  } catch (const Error& error) {
    const bool about_the_shadow = error.code() == ExitCode::environment || error.code() == ExitCode::failed;
    if (!about_the_shadow || !Acknowledgements::of(in_.options).has("unproven")) throw;
    findings.push_back({.rule = "not-verified",
                        .severity = Severity::warning,
                        .message = "the target was not compared: " + error.message(),
                        .detail = error.reason().empty() ? "" : error.reason() + "\n"});
    return findings;
  }
  places_ = findings.size();
  if (!findings.empty()) findings.back().remedy = remedy_for(findings);
  return findings;
}

void Verify::add_case(std::string name, Findings findings, std::chrono::steady_clock::time_point started) {
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.severity == Severity::error; });
  outcome_.cases.push_back({.name = std::move(name),
                            .status = failed ? CaseStatus::failed : CaseStatus::passed,
                            .duration = std::chrono::steady_clock::now() - started});
  std::move(findings.begin(), findings.end(), std::back_inserter(outcome_.findings));
}

void Verify::compare_with_shadow() {
  const auto started = std::chrono::steady_clock::now();
  add_case("all", compared(), started);
}

void Verify::assert_file(const std::string& name) {
  const auto started = std::chrono::steady_clock::now();
  const std::filesystem::path path = in_.root / name;
  const Assertion assertion{.sql = read_file(path, ExitCode::usage),
                            .shown_path = display_path(path, in_.root),
                            .on_target = true,
                            .timeout = in_.options.duration("assertion_timeout")};
  add_case(assertion.shown_path, ask(assertion, *use_.target), started);
}

Outcome Verify::run() {
  if (!in_.plan.applied.empty()) compare_with_shadow();
  const std::vector<std::string>& files = in_.options.list("assertions");
  for (const std::string& file : files) assert_file(file);
  const std::string asserted =
      files.empty()
          ? ""
          : fmt::format(", {} asked", count_of(files.size(), "file of assertions", "files of assertions"));
  const std::string migrations = count_of(in_.plan.applied.size(), "applied migration");
  if (in_.plan.applied.empty())
    outcome_.summary = "nothing applied" + asserted;
  else if (!compared_)
    outcome_.summary = outcome_.findings.front().message + asserted;
  else if (places_ > 0)
    outcome_.summary = fmt::format("the target differs from the applied migrations in {}{}",
                                   count_of(places_, "place"), asserted);
  else if (!outcome_.findings.empty())
    outcome_.summary = outcome_.findings.front().message;
  else
    outcome_.summary = fmt::format("the target holds what {} made{}", migrations, asserted);
  return std::move(outcome_);
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "step 'verify' compares the target with a shadow, but there is no target"}
        .hint("set DATABASE_URL");
  if (!is_skipped(in)) return Verify(in, use).run();
  return {};
}

const StageHandler verify{
    .name = "verify",
    .summary = "Compare the target with what the applied migrations make",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
