#include "runner/cli/status.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/migration/ledger_latest.hpp"
#include "runner/pipeline/inputs.hpp"
#include "runner/report/status_report.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

namespace runner {

static constexpr std::array<std::string_view, 2> formats{"table", "json"};

static constexpr std::array options{
    CliOption{.name = "base", .value = "COMMIT", .help = "compare with this commit, not with a database"},
    CliOption{.name = "check-content",
              .help = "read every applied file, too, and tell which were edited; slower"},
    CliOption{.name = "format", .value = "FORMAT", .help = "table (default) or json", .choices = formats},
    pipeline_option,
    variable_option,
};

static std::string_view source_of(const Plan& plan) {
  switch (plan.source) {
    case Plan::Source::target:
      return "target";
    case Plan::Source::base_commit:
      return "base_commit";
    case Plan::Source::nothing:
      return "nothing";
  }
  return "nothing";
}

static std::set<std::string> paths_of(const std::vector<Migration>& migrations) {
  std::set<std::string> paths;
  for (const Migration& migration : migrations) paths.insert(migration.path);
  return paths;
}

static StatusReport report_of(const Plan& plan, bool content_checked) {
  StatusReport report{.source = std::string(source_of(plan)),
                      .compared_with = plan.compared_with,
                      .content_checked = content_checked};
  report.rows.reserve(plan.folder.migrations.size() + plan.missing.size());
  const std::set<std::string> edited = paths_of(plan.edited);
  const std::set<std::string> late = paths_of(plan.out_of_order);
  const std::string& folder = plan.folder.shown_rollbacks;
  const std::string rollbacks = folder == "." ? "" : folder + "/";
  const auto add = [&](const Migration& file, MigrationState state) {
    report.rows.push_back(
        {.version = file.version,
         .name = file.name,
         .state = state,
         .path = file.shown_path,
         .rollback = file.rollback ? rollbacks + file.rollback->substr(file.rollback->rfind('/') + 1) : ""});
  };
  for (const Migration& file : plan.applied_files)
    add(file, edited.contains(file.path) ? MigrationState::edited : MigrationState::applied);
  for (const Migration& file : plan.pending)
    add(file, late.contains(file.path) ? MigrationState::out_of_order : MigrationState::pending);
  for (const HistoryRow& row : plan.missing)
    report.rows.push_back({.version = row.version, .name = row.name, .state = MigrationState::missing});
  const auto by_version = [](const auto& a, const auto& b) { return a.version < b.version; };
  if (!std::is_sorted(report.rows.begin(), report.rows.end(), by_version))
    std::stable_sort(report.rows.begin(), report.rows.end(), by_version);
  for (const FolderProblem& problem : plan.folder.problems)
    report.problems.push_back({problem.shown_path, problem.message, problem.remedy});
  return report;
}

static void add_ledger(Session& target, const HistoryTable& history, StatusReport& report) {
  const auto by_version = read_applied_by(target, history);
  if (!by_version) return;
  report.ledger = true;
  for (StatusReport::Row& row : report.rows) {
    const auto found = by_version->find(row.version);
    const bool pending = row.state == MigrationState::pending || row.state == MigrationState::out_of_order;
    if (pending || found == by_version->end()) continue;
    row.applied_at = found->second.finished;
    row.applied_by = found->second.actor;
    row.batch = found->second.batch;
  }
}

static int run(const CliArguments& given, CliContext& context) {
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  const StopSignal stop;
  std::optional<Session> target;
  if (!given.has("base")) target = connect_to_database(pipeline, "runner status", true, stop);

  PlanInput input = plan_input_of(pipeline, HistoryTable::parse(pipeline.history_table),
                                  target ? &*target : nullptr, given.text("base"));
  input.compare_content = given.has("check-content");
  StatusReport report = report_of(make_plan(input, &stop), input.compare_content);
  if (target) add_ledger(*target, input.history, report);
  context.out << (given.text("format") == "json" ? status_json(report) : status_table(report));
  return 0;
}

const CliCommand status_command{
    .name = "status",
    .summary = "Show which migrations are applied, pending or missing",
    .options = options,
    .details =
        "Compares the migration files with the history of the database that the pipeline\n"
        "file names, else of the local database when it runs, else with the base commit.\n"
        "The exit code is 0 whatever it finds; 'runner run' judges.\n",
    .run = run,
};

}  // namespace runner
