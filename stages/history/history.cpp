#include "stages/history/history.hpp"

#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/acknowledgements.hpp"
#include "runner/migration/remedy.hpp"
#include "runner/migration/step_options.hpp"
#include "stages/history/file_content.hpp"
#include "stages/history/folder_findings.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {

static std::string rollback_path(const Plan& plan, const std::string& label) {
  const std::string file = label + ".rollback.sql";
  return plan.folder.shown_rollbacks == "." ? file : plan.folder.shown_rollbacks + "/" + file;
}

static std::string migration_path(const Plan& plan, const std::string& file) {
  return plan.folder.shown_path == "." ? file : plan.folder.shown_path + "/" + file;
}

// --- the order of versions

static std::string newest_version(const Plan& plan) {
  std::string newest = plan.applied.empty() ? "" : plan.applied.back().version;
  if (!plan.folder.migrations.empty()) newest = std::max(newest, plan.folder.migrations.back().version);
  return newest;
}

static Findings check_order(const Plan& plan, Severity severity) {
  Findings found;
  std::string fresh = newest_version(plan);
  for (const Migration& late : plan.out_of_order) {
    fresh = next_version(fresh);
    std::string remedy =
        move_command(late.shown_path, migration_path(plan, fresh + "_" + late.name + ".sql"));
    if (late.rollback)
      remedy += "\n" +
                move_command(rollback_path(plan, late.label()), rollback_path(plan, fresh + "_" + late.name));
    found.push_back({.rule = "out-of-order",
                     .severity = severity,
                     .place = {.path = late.shown_path},
                     .subject = late.label(),
                     .message = fmt::format("is pending, but older than version {}, which is applied",
                                            plan.applied.back().version),
                     .remedy = std::move(remedy)});
  }
  return found;
}

// --- what is applied, but not as it lies here

static std::string file_at_base(const BaseCommit& base, const std::string& version) {
  const auto found = base.blobs.lower_bound(version + "_");
  return found != base.blobs.end() && found->first.starts_with(version + "_") ? found->first : "";
}

/// The command that brings a file of the base commit back.
static std::string restore_command(const BaseCommit& base, const std::string& version,
                                   const std::string& to) {
  const std::string file = file_at_base(base, version);
  const std::string commit = base.commit.substr(0, 12);
  if (std::filesystem::path(to).filename() == file)
    return fmt::format("git checkout {} -- {}", commit, shell_word(to));
  return fmt::format("git show {} > {}", shell_word(commit + ":" + base.prefix + file), shell_word(to));
}

static std::string sql_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) (literal += c) += c == '\'' ? "'" : "";
  return literal + "'";
}

/// What is no version of a file, `runner repair` does not take.
static std::string take_out_command(const HistoryTable& table, const std::string& version) {
  if (is_version(version)) return fmt::format("runner repair {} --status reverted", version);
  const std::string statement =
      fmt::format("DELETE FROM {} WHERE version = {}", table.shown(), sql_literal(version));
  return "psql \"$DATABASE_URL\" -c " + shell_word(statement);
}

static Finding missing_file(const StepInput& in, const HistoryRow& row) {
  const Plan& plan = in.plan;
  const std::string label = row.name.empty() ? row.version : row.version + "_" + row.name;
  Finding finding{.rule = "missing-file", .severity = Severity::error, .subject = label};
  finding.message =
      fmt::format("version {} is applied, but no file in {} has it", row.version, plan.folder.shown_path);
  if (plan.base) {
    finding.remedy =
        restore_command(*plan.base, row.version, migration_path(plan, file_at_base(*plan.base, row.version)));
    return finding;
  }
  const std::string pattern = migration_path(plan, row.version + "_*");
  finding.remedy = fmt::format(
      "find the commit that has it, and check the file out from there: git log --all --oneline -- {}\n"
      "or, if its changes were taken back by hand: {}",
      shell_word(pattern), take_out_command(in.history, row.version));
  return finding;
}

static Finding edited_file(const Plan& plan, const Migration& migration, Severity severity) {
  Finding finding{.rule = "edited-migration",
                  .severity = severity,
                  .place = {.path = migration.shown_path},
                  .subject = migration.label()};
  if (plan.base) {
    finding.message = fmt::format("was changed after it was applied: it differs from base commit {} ({})",
                                  plan.base->commit.substr(0, 12), plan.base->reason);
    finding.remedy = restore_command(*plan.base, migration.version, migration.shown_path);
  } else {
    finding.message = fmt::format("was changed after it was applied: its statements differ from the {}",
                                  plan.compared_with);
    finding.remedy =
        fmt::format("find the text that was applied, and check it out from there: git log -p -- {}",
                    shell_word(migration.shown_path));
  }
  finding.remedy +=
      "\nthen write the change as a new migration; or, if the edit is meant, set RUNNER_ALLOW=edited-history";
  return finding;
}

/// Harmless to the database, but people look for a migration by its name.
static Findings renamed_files(const Plan& plan) {
  Findings found;
  auto row = plan.applied.begin();
  for (const Migration& file : plan.applied_files) {
    while (row != plan.applied.end() && row->version < file.version) ++row;
    if (row == plan.applied.end()) break;
    if (row->version != file.version || row->name.empty() || row->name == file.name) continue;
    found.push_back({.rule = "renamed-migration",
                     .severity = Severity::info,
                     .place = {.path = file.shown_path},
                     .subject = file.label(),
                     .message = fmt::format("was applied under the name '{}'", clean_text(row->name)),
                     .remedy = {}});
  }
  return found;
}

// --- rollbacks

static Findings check_rollbacks(const Plan& plan, Severity severity) {
  const auto without = [](const Migration& migration) { return !migration.rollback; };
  const auto missing = std::count_if(plan.pending.begin(), plan.pending.end(), without);
  Findings found;
  const bool none_anywhere =
      std::all_of(plan.folder.migrations.begin(), plan.folder.migrations.end(), without);
  if (none_anywhere && missing > 1) {  // one line says it for a project that has no rollbacks at all
    found.push_back({.rule = "rollback-missing",
                     .severity = severity,
                     .place = {.path = plan.folder.shown_rollbacks},
                     .message = fmt::format("none of the {} pending migrations has a rollback", missing),
                     .remedy = fmt::format(
                         "write the SQL that undoes {} to {}, and so on; or set rollbacks: warn "
                         "on the step history",
                         plan.pending.front().label(), rollback_path(plan, plan.pending.front().label()))});
    return found;
  }
  for (const Migration& migration : plan.pending) {
    if (migration.rollback) continue;
    const auto told = [&](const FolderProblem& problem) {  // one that is only named wrongly is told as that
      return problem.version == migration.version &&
             (problem.kind == FolderProblem::Kind::misnamed_rollback ||
              problem.kind == FolderProblem::Kind::rollback_as_migration);
    };
    if (std::any_of(plan.folder.problems.begin(), plan.folder.problems.end(), told)) continue;
    found.push_back({.rule = "rollback-missing",
                     .severity = severity,
                     .place = {.path = migration.shown_path},
                     .subject = migration.label(),
                     .message = "has no rollback",
                     .remedy = fmt::format("write the SQL that undoes it to {}",
                                           rollback_path(plan, migration.label()))});
  }
  return found;
}

// --- the handler

static void append(Findings& all, Findings more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

static void check_folder(const StepInput& in, Outcome& outcome) {
  const std::string& rollbacks = in.options.text("rollbacks");
  for (const FolderProblem& problem : in.plan.folder.problems) {
    const bool rollback = about_rollbacks(problem.kind);
    if (rollback && rollbacks == "ignore") continue;
    Finding finding = finding_of(problem);
    if (rollback && rollbacks == "warn") finding.severity = Severity::warning;
    outcome.findings.push_back(std::move(finding));
  }
  if (rollbacks != "ignore")
    append(outcome.findings,
           check_rollbacks(in.plan, rollbacks == "warn" ? Severity::warning : Severity::error));
}

static void check_contents(const StepInput& in, Outcome& outcome, const StopSignal& stop) {
  const bool rollbacks = in.options.text("rollbacks") != "ignore";
  for (const Migration& migration : in.plan.pending) {
    stop.check();
    append(outcome.findings, check_content(migration.path, migration.shown_path, migration.label()));
    if (migration.rollback && rollbacks)
      append(outcome.findings, check_content(*migration.rollback, display_path(*migration.rollback, in.root),
                                             migration.label()));
  }
}

static void check_applied(const StepInput& in, Outcome& outcome) {
  const Acknowledgements allowed = Acknowledgements::of(in.options);
  const auto severity = [&](std::string_view word) {
    return allowed.has(word) ? Severity::warning : Severity::error;
  };
  append(outcome.findings, check_order(in.plan, severity("out-of-order")));
  for (const HistoryRow& row : in.plan.missing) outcome.findings.push_back(missing_file(in, row));
  for (const Migration& migration : in.plan.edited)
    outcome.findings.push_back(edited_file(in.plan, migration, severity("edited-history")));
  append(outcome.findings, renamed_files(in.plan));
}

static void add_cases(const Plan& plan, Outcome& outcome) {
  std::set<std::string_view> failures;
  for (const Finding& finding : outcome.findings)
    if (finding.severity >= outcome.fail_on) failures.insert(finding.subject);
  const auto status = [&](std::string_view subject) {
    return failures.contains(subject) ? CaseStatus::failed : CaseStatus::passed;
  };
  for (const Migration& migration : plan.pending)
    outcome.cases.push_back(
        {.name = migration.label(), .status = status(migration.label()), .path = migration.shown_path});
  outcome.cases.push_back({.name = "all", .status = status("")});
}

static std::string summary_of(const Plan& plan, const Outcome& outcome) {
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(
        std::count_if(outcome.findings.begin(), outcome.findings.end(),
                      [&](const Finding& finding) { return finding.severity == severity; }));
  };
  const std::string what = fmt::format("{} pending and {} applied", plan.pending.size(), plan.applied.size());
  const std::size_t errors = count(Severity::error);
  const std::size_t warnings = count(Severity::warning);
  if (errors + warnings == 0) return what + ": files, versions and order agree";
  if (errors == 0) return fmt::format("{}: {}", what, count_of(warnings, "warning"));
  if (warnings == 0) return fmt::format("{}: {}", what, count_of(errors, "error"));
  return fmt::format("{}: {}, {}", what, count_of(errors, "error"), count_of(warnings, "warning"));
}

static Outcome run(const StepInput& in, Services& use) {
  Outcome outcome;
  outcome.fail_on = fail_on(in.options);
  check_folder(in, outcome);
  check_applied(in, outcome);
  check_contents(in, outcome, use.stop);
  add_cases(in.plan, outcome);
  outcome.summary = summary_of(in.plan, outcome);
  return outcome;
}

static std::string intent(const StepInput& in) {
  const std::string files = count_of(in.plan.folder.migrations.size(), "migration file");
  if (in.plan.source == Plan::Source::nothing)
    return fmt::format("check names, versions and order of {}", files);
  return fmt::format("compare {} with {}", files, in.plan.compared_with);
}

static constexpr std::array<std::string_view, 3> rollback_choices{"require", "warn", "ignore"};
static constexpr std::array<std::string_view, 2> allow_choices{"edited-history", "out-of-order"};

static constexpr std::array<OptionSpec, 3> options{
    OptionSpec{.name = "rollbacks",
               .type = OptionType::choice,
               .help =
                   "What a pending migration without rollback, or a rollback without migration, is: require "
                   "makes it an error",
               .default_text = "require",
               .choices = rollback_choices},
    fail_on_option,
    OptionSpec{.name = "allow",
               .type = OptionType::choice_list,
               .help = "Findings that are known and only warned of; RUNNER_ALLOW takes the same words",
               .choices = allow_choices},
};

const StageHandler history{
    .name = "history",
    .summary = "Compare migration files, base commit and the target's history",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
