#include "stages/dry_run/dry_run.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/acknowledgements.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/relation_sizes.hpp"
#include "runner/migration/sql_excerpt.hpp"
#include "runner/migration/step_options.hpp"
#include "runner/migration/trace.hpp"
#include "runner/postgres/stand_ins.hpp"
#include "stages/dry_run/trace_report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 1> allow_choices{"unproven"};

static constexpr std::array options{
    shadow_timeout_option,
    OptionSpec{.name = "trace",
               .type = OptionType::boolean,
               .help = "Look at what each statement locks, reads and rewrites of that which existed before",
               .default_text = "true"},
    OptionSpec{.name = "warn_rows",
               .type = OptionType::integer,
               .help = "From how many rows of the target's table on it is a warning to block an application "
                       "while all of them are read or rewritten",
               .default_text = "100000",
               .unit = "rows"},
    fail_on_option,
    OptionSpec{.name = "allow",
               .type = OptionType::choice_list,
               .help =
                   "unproven: where no shadow can be made, a stage that changes the target goes on with a "
                   "warning; RUNNER_ALLOW takes the same word",
               .choices = allow_choices},
};

static std::string intent(const StepInput& in) {
  if (in.plan.pending.empty()) return "nothing is pending";
  return fmt::format("execute {} on a shadow database",
                     count_of(in.plan.pending.size(), "pending migration"));
}

namespace {
/// The pending migrations on one shadow, in order, until one is refused.
class DryRun {
 public:
  DryRun(const StepInput& in, Services& use)
      : in_(in), use_(use), shadow_(use.shadows.with_applied(in.plan)), session_(shadow_->connect()) {
    outcome_.fail_on = fail_on(in.options);
    create_history(session_, in.history);
    stand_ins_ = stand_ins();
    if (!in.options.boolean("trace")) return;
    beside_ = shadow_->connect();
    if (!counts_scans(*beside_))
      use.reporter.say(fmt::format("{} has track_counts off: locks are seen, reading of tables is not",
                                   shadow_->describe()));
  }

  Outcome run();

 private:
  bool execute(const Migration& migration);
  Execution execute_traced(const Migration& migration, std::vector<StatementTrace>& statements);
  void tell_stand_ins(const Migration& migration);
  void tell_trace(const Migration& migration, std::vector<StatementTrace> statements);
  ExecuteHooks hooks() const;
  std::set<std::string> stand_ins();
  void record(const Migration& migration);
  void skip_from(std::size_t first, const Migration& refused);
  Case case_of(const Migration& migration, std::chrono::nanoseconds duration) const;

  const StepInput& in_;
  Services& use_;
  std::unique_ptr<Shadow> shadow_;
  Session session_;
  std::optional<Session> beside_{};    ///< for the trace
  std::set<std::string> stand_ins_{};  ///< told, or there before
  Outcome outcome_{};
  std::size_t statements_ = 0;
};
}  // namespace

ExecuteHooks DryRun::hooks() const {
  ExecuteHooks hooks;
  hooks.on_notice = [this](const Statement&, const Notice& notice) {
    use_.reporter.detail(fmt::format("  {}: {}", notice.severity, notice.message));
  };
  hooks.server_major = shadow_->server_version() / 10000;
  return hooks;
}

/// Its findings are known by now.
Case DryRun::case_of(const Migration& migration, std::chrono::nanoseconds duration) const {
  const bool fails = std::ranges::any_of(outcome_.findings, [&](const Finding& finding) {
    return finding.subject == migration.label() && finding.severity >= outcome_.fail_on;
  });
  return {.name = migration.label(),
          .status = fails ? CaseStatus::failed : CaseStatus::passed,
          .duration = duration,
          .path = migration.shown_path};
}

Execution DryRun::execute_traced(const Migration& migration, std::vector<StatementTrace>& statements) {
  ExecuteHooks with = hooks();
  if (!beside_) return execute_migration(migration, session_, with);
  Trace trace{session_, *beside_};
  trace.attach(with);
  Execution execution = execute_migration(migration, session_, with);
  statements = trace.finish();
  return execution;
}

/// Lines that go on are set in, at most 78 columns wide.
static std::string wrapped(std::string_view line) {
  static constexpr std::size_t width = 74;
  std::string text;
  while (display_width(line) > width) {
    const std::size_t limit = std::min(byte_offset(line, width + 1), line.size());
    const std::size_t space = line.rfind(' ', limit);
    if (space == std::string_view::npos || space == 0) break;
    text.append(line.substr(0, space)).append("\n    ");
    line.remove_prefix(space + 1);
  }
  return text.append(line);
}

std::set<std::string> DryRun::stand_ins() {
  const Cell version = std::string(stand_in_version);
  std::set<std::string> names;
  for (const auto& row : session_
                             .query("SELECT extname FROM pg_catalog.pg_extension WHERE extversion = $1",
                                    "look for stand-ins", std::span(&version, 1))
                             .rows)
    names.insert(row.at(0).value_or(""));
  return names;
}

/// Those that no statement of the file's asked for, but a DO block, a function or CASCADE.
void DryRun::tell_stand_ins(const Migration& migration) {
  for (const std::string& name : stand_ins()) {
    if (!stand_ins_.insert(name).second) continue;
    const bool told = std::ranges::any_of(outcome_.findings, [&](const Finding& finding) {
      return finding.rule == "stand-in" && finding.message.find("'" + name + "'") != std::string::npos;
    });
    if (told) continue;
    outcome_.findings.push_back(
        {.rule = "stand-in",
         .severity = Severity::warning,
         .place = {.path = migration.shown_path},
         .subject = migration.label(),
         .message = fmt::format(
             "extension '{}' is missing on this machine; a stand-in has its types and functions by "
             "name, and what they do is not tried",
             name)});
  }
}

void DryRun::tell_trace(const Migration& migration, std::vector<StatementTrace> statements) {
  if (statements.empty()) return;
  TracedMigration traced{
      .migration = migration, .sql = migration.read_sql(), .statements = std::move(statements)};
  if (use_.target != nullptr) traced.sizes = relation_sizes(*use_.target, relations_in(traced.statements));
  TraceReport report = trace_report(traced, in_.options.integer("warn_rows"));
  const bool matters = std::ranges::any_of(report.lines, &TraceReport::Line::matters);
  if (matters) use_.reporter.say(migration.label());
  for (const TraceReport::Line& line : report.lines)
    line.matters ? use_.reporter.say("  " + wrapped(line.text))
                 : use_.reporter.detail("  " + wrapped(line.text));
  use_.reporter.detail("  took, here: " + report.times);
  outcome_ += Outcome{.findings = std::move(report.findings),
                      .facts = std::move(report.facts),
                      .statements = std::move(report.statements)};
}

/// False when it was refused.
bool DryRun::execute(const Migration& migration) {
  // Reset after each file, so that one file's settings never reach the next: set it anew.
  session_.query(fmt::format("SET statement_timeout = {}", in_.options.duration("statement_timeout").count()),
                 "set statement_timeout");
  std::vector<StatementTrace> traced;
  Execution execution = execute_traced(migration, traced);
  statements_ += execution.statements;
  const bool refused = execution.failed();
  std::move(execution.findings.begin(), execution.findings.end(), std::back_inserter(outcome_.findings));
  if (!refused) tell_stand_ins(migration);
  tell_trace(migration, std::move(traced));
  outcome_.cases.push_back(case_of(migration, execution.duration));
  if (refused) return false;
  record(migration);
  use_.reporter.detail(fmt::format("{}: {}, {}", migration.label(),
                                   count_of(execution.statements, "statement"),
                                   for_people(execution.duration)));
  return true;
}

void DryRun::record(const Migration& migration) {
  try {
    record_applied(session_, in_.history, {.version = migration.version, .name = migration.name});
  } catch (Error& problem) {
    problem.at({.path = migration.shown_path})
        .hint("look whether the migration drops or changes the history's table, and let it leave that alone");
    throw;
  }
}

void DryRun::skip_from(std::size_t first, const Migration& refused) {
  for (std::size_t i = first; i < in_.plan.pending.size(); ++i)
    outcome_.cases.push_back({.name = in_.plan.pending[i].label(),
                              .status = CaseStatus::skipped,
                              .text = fmt::format("not executed, because {} was refused", refused.label()),
                              .path = in_.plan.pending[i].shown_path});
}

Outcome DryRun::run() {
  const auto& pending = in_.plan.pending;
  for (std::size_t i = 0; i < pending.size(); ++i) {
    use_.reporter.progress(i, pending.size(), pending[i].label());
    if (execute(pending[i])) continue;
    skip_from(i + 1, pending[i]);
    outcome_.summary = fmt::format("{} was refused on {}", pending[i].label(), shadow_->describe());
    if (i > 0) outcome_.summary += fmt::format(", after {} executed", count_of(i, "migration"));
    return outcome_;
  }
  use_.reporter.progress(pending.size(), pending.size(), "executed");
  outcome_.summary = fmt::format("{} executed on {}, {}", count_of(pending.size(), "migration"),
                                 shadow_->describe(), count_of(statements_, "statement"));
  return outcome_;
}

/// A person may take the responsibility for what nobody could try; a check may not, because it would say
/// "passed" of what it has not seen.
static Outcome without_shadow(const StepInput& in, const Error& why) {
  if (!in.stage_writes) throw why;
  if (!Acknowledgements::of(in.options).has("unproven"))
    throw Error{why}.hint(fmt::format("{}{}or set {} to go on without having tried them", why.advice(),
                                      why.advice().empty() ? "" : "; ",
                                      Acknowledgements::to_add("unproven")));
  Outcome outcome;
  outcome.findings.push_back({.rule = "not-verified",
                              .severity = Severity::warning,
                              .message = "the pending migrations are not tried: " + why.message(),
                              .detail = why.reason().empty() ? "" : why.reason() + "\n"});
  for (const Migration& migration : in.plan.pending)
    outcome.cases.push_back({.name = migration.label(),
                             .status = CaseStatus::skipped,
                             .text = "not executed, because no shadow could be made",
                             .path = migration.shown_path});
  outcome.summary = "not tried: no shadow could be made";
  return outcome;
}

static Outcome tried(const StepInput& in, Services& use) {
  try {
    return DryRun(in, use).run();
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
    return without_shadow(in, error);
  }
}

static Outcome run(const StepInput& in, Services& use) {
  if (!in.plan.pending.empty()) return tried(in, use);
  Outcome outcome;
  outcome.summary = "nothing pending";
  return outcome;
}

const StageHandler dry_run{
    .name = "dry-run",
    .summary = "Execute pending migrations on a shadow that looks like the target",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
