#include "runner/cli/run.hpp"

#include "runner/cli/project.hpp"
#include "runner/cli/report_files.hpp"
#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/remedy.hpp"
#include "runner/pipeline/executor.hpp"
#include "runner/pipeline/pipeline_keys.hpp"
#include "runner/report/console.hpp"
#include "runner/report/report.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::array<std::string_view, 2> formats{"text", "json"};
static constexpr std::array arguments{
    CliArgument{.name = "stage", .help = "a stage of the pipeline file, such as migrate:check"}};
static constexpr std::array options{
    CliOption{.name = "tier",
              .value = "TIER",
              .help = "run all stages of a tier, in order, up to the first that fails"},
    pipeline_option,
    CliOption{.name = "base", .value = "COMMIT", .help = "what is in this commit counts as applied"},
    CliOption{.name = "report-dir", .value = "DIR", .help = "folder of the reports; default: runner-report"},
    CliOption{.name = "format",
              .value = "FORMAT",
              .help = "what stdout gets: nothing (text) or the report (json)",
              .choices = formats},
    variable_option,
    CliOption{.name = "verbose", .letter = 'v', .help = "tell more"},
    CliOption{.name = "quiet", .letter = 'q', .help = "tell only findings, warnings and the verdict"},
};

static std::vector<std::string_view> stage_names(const Pipeline& pipeline) {
  std::vector<std::string_view> names;
  for (const Stage& stage : pipeline.stages) names.push_back(stage.name);
  return names;
}

static const Stage& stage_named(const Pipeline& pipeline, std::string_view name) {
  if (const Stage* stage = pipeline.find_stage(name)) return *stage;
  throw Error{ExitCode::usage, fmt::format("unknown stage '{}'", name)}.hint(
      suggest(name, stage_names(pipeline)));
}

/// The tier that GitLab's variables say. Source: GitLab docs, "Predefined CI/CD variables reference".
static std::string tier_of_gitlab(const Variables& variables, const Pipeline& pipeline) {
  const auto value = [&](const char* name) { return variables.find(name).value_or(""); };
  if (value("CI_PIPELINE_SOURCE") == "merge_request_event") return "merge_request";
  const std::string branch = value("CI_COMMIT_BRANCH");
  if (!branch.empty() && branch == value("CI_DEFAULT_BRANCH")) return "default_branch";
  throw Error{ExitCode::usage, "no stage is named, and GitLab's variables say no tier"}
      .because(
          branch.empty()
              ? "CI_PIPELINE_SOURCE is not merge_request_event, and CI_COMMIT_BRANCH is not set"
              : fmt::format("branch '{}' is not the default branch, nor is this a merge request pipeline",
                            branch))
      .hint(fmt::format("write 'runner run STAGE' with one of {}", fmt::join(stage_names(pipeline), ", ")));
}

static std::vector<const Stage*> stages_of_tier(const Pipeline& pipeline, const std::string& name) {
  std::vector<std::string_view> names;
  for (const TierName& tier : tier_names()) names.push_back(tier.name);
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw Error{ExitCode::usage, fmt::format("unknown tier '{}'", name)}.hint(suggest(name, names));
  const Tier* tier = pipeline.find_tier(name);
  if (tier == nullptr || tier->stages.empty())
    throw Error{ExitCode::usage, fmt::format("tier '{}' has no stages in the pipeline file", name)}.hint(
        fmt::format("list stages there, or name one of {}", fmt::join(stage_names(pipeline), ", ")));
  std::vector<const Stage*> stages;
  for (const std::string& stage : tier->stages) stages.push_back(&stage_named(pipeline, stage));
  return stages;
}

static std::vector<const Stage*> chosen_stages(const CliArguments& given, const Project& project,
                                               const Pipeline& pipeline) {
  const std::string stage = given.positional(0);
  if (!stage.empty() && given.has("tier"))
    throw Error{ExitCode::usage, "both a stage and --tier are given"}.hint("keep one");
  if (!stage.empty()) return {&stage_named(pipeline, stage)};
  if (given.has("tier")) return stages_of_tier(pipeline, given.text("tier"));
  return stages_of_tier(pipeline, tier_of_gitlab(project.variables, pipeline));
}

static bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The names of variables that the verdict of a stage stands on, and whose values are no secrets.
static std::vector<std::string> variables_of(const Stage& stage) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!is_among(names, name)) names.push_back(name);
  };
  for (const Step& step : stage.steps) {
    for (const std::string& name : step.variables) add(name);
    for (const OptionSpec& option : step.handler->options)
      if (option.name == "allow") add("RUNNER_ALLOW");
  }
  return names;
}

/// What came from a variable may be anything: what would not fit a line is left out.
static bool can_be_shown(const std::string& value) {
  static constexpr std::size_t longest_bytes = 60;
  return !value.empty() && value.size() <= longest_bytes && clean_text(value) == value &&
         value.find_first_of("\n\t") == std::string::npos;
}

/// The command that gives the same verdict elsewhere. Of --var, other values may be secrets: only their
/// names.
static std::string command_again(const CliArguments& given, const Project& project, const Pipeline& pipeline,
                                 const Stage& stage) {
  const std::vector<std::string> shown = variables_of(stage);
  std::string command;
  std::string ending;
  std::vector<std::string> typed;
  for (const std::string& variable : given.list("var")) {
    typed.push_back(variable.substr(0, variable.find('=')));
    const bool whole = is_among(shown, typed.back()) && can_be_shown(variable);
    ending += fmt::format(" --var {}", whole ? shell_word(variable) : typed.back() + "=...");
  }
  for (const std::string& name : shown)
    if (const auto value = project.variables.find(name);
        value && can_be_shown(*value) && !is_among(typed, name))
      command += fmt::format("{}={} ", name, shell_word(*value));
  command += "runner run " + stage.name;
  if (given.has("pipeline")) command += " --pipeline " + shell_word(given.text("pipeline"));
  std::string base = given.text("base");
  if (base.empty() && pipeline.database_url.empty())
    base = project.variables.find("CI_MERGE_REQUEST_DIFF_BASE_SHA").value_or("");
  if (!base.empty()) command += " --base " + shell_word(base);
  return command + ending;
}

static int run(const CliArguments& given, CliContext& context) {
  if (given.has("verbose") && given.has("quiet"))
    throw Error{ExitCode::usage, "both --verbose and --quiet are given"}.hint("keep one");
  const int verbosity = given.has("verbose") ? 1 : given.has("quiet") ? -1 : 0;
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  const std::vector<const Stage*> stages = chosen_stages(given, project, pipeline);
  const StopSignal stop;
  const auto reporter = console_reporter(context.log, ConsoleStyle::detect(verbosity));
  const ReportFiles files = given.has("report-dir")
                                ? ReportFiles::in(given.text("report-dir"))
                                : ReportFiles::in_default_folder(pipeline.root, *reporter);
  for (const Stage* stage : stages) {
    const RunRequest request{pipeline, *stage, given.text("base"),
                             command_again(given, project, pipeline, *stage)};
    JobVariables variables;
    const StageReport report = run_stage(request, *reporter, stop, &variables);
    if (given.text("format") == "json") context.out << json_report(report);
    files.write(report, variables, *reporter);
    if (report.exit_code != ExitCode::passed) return to_int(report.exit_code);
  }
  return 0;
}

const CliCommand run_command{
    .name = "run",
    .summary = "Run a stage, or the stages of a tier",
    .arguments = arguments,
    .options = options,
    .details =
        "Without a stage and --tier, GitLab's variables choose the tier: merge_request\n"
        "in a merge request pipeline, default_branch on the default branch.\n"
        "\n"
        "Each stage leaves runner-report/<stage with ':' as '-'>.junit.xml, .json,\n"
        ".codequality.json and .md, also when it fails or is interrupted. With --format\n"
        "json, stdout gets one JSON document for each stage that ran.\n"
        "\n"
        "A stage that changes a database in a GitLab pipeline leaves <stage>.env, too:\n"
        "RUNNER_BATCH, RUNNER_VERSIONS, RUNNER_VERSION_COUNT and, where the role may make\n"
        "one, RUNNER_RESTORE_POINT and RUNNER_RESTORE_LSN, for the pipeline's later jobs.\n",
    .run = run,
};

}  // namespace runner
