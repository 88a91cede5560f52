#include "stages/exec/exec.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/process/child.hpp"
#include "runner/report/step_context.hpp"
#include "stages/exec/program_output.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace runner {

static constexpr std::size_t lines_shown = 20;

static constexpr std::array options{
    OptionSpec{.name = "program",
               .help = "A name looked up in PATH, or a path relative to the repository root",
               .required = true},
    OptionSpec{.name = "arguments",
               .type = OptionType::text_list,
               .help = "Its arguments, one an item; no shell reads them",
               .non_empty = false},
    OptionSpec{.name = "environment",
               .type = OptionType::text_list,
               .help = "Names of variables that it gets beside PATH, HOME, LANG and TMPDIR"},
    OptionSpec{.name = "folder", .help = "Its working folder, relative to the repository root (the default)"},
    OptionSpec{.name = "timeout",
               .type = OptionType::duration,
               .help = "How long it may run before it is ended",
               .default_text = "10min",
               .min = 1,
               .max = day_ms},
    OptionSpec{.name = "output_limit",
               .type = OptionType::integer,
               .help = "How much of its stdout and stderr each is kept",
               .default_text = "1048576",
               .unit = "bytes",
               .min = 0,
               .max = 1LL << 30},
};

static std::string intent(const StepInput& in) {
  return fmt::format("run {}", in.options.text("program"));
}

// --- What is run -------------------------------------------------------------------------------------------

static std::string context_of(const StepInput& in) {
  StepContext context;
  context.stage = in.stage;
  context.root = std::filesystem::absolute(in.root).lexically_normal().string();
  context.compared_with = in.plan.compared_with;
  context.history = in.history.shown();
  for (const HistoryRow& row : in.plan.applied) context.applied.push_back(row.version);
  for (const Migration& migration : in.plan.pending)
    context.pending.push_back({migration.version, migration.name, migration.shown_path,
                               migration.rollback ? display_path(*migration.rollback, in.root) : ""});
  return step_context_json(context);
}

static std::filesystem::path folder_of(const StepInput& in) {
  const std::filesystem::path folder = in.root / in.options.text("folder");
  std::error_code problem;
  if (!std::filesystem::is_directory(folder, problem))
    throw Error{ExitCode::usage,
                fmt::format("folder '{}' of step 'exec' is not a folder", in.options.text("folder"))}
        .hint("write a folder relative to the repository root");
  return folder;
}

static Command command_of(const StepInput& in) {
  Command command;
  command.program = in.options.text("program");
  if (command.program.find('/') != std::string::npos) command.program = (in.root / command.program).string();
  command.arguments = in.options.list("arguments");
  command.environment = minimal_environment(in.options.list("environment"));
  for (const auto& [name, value] : command.environment) register_secrets_of(name, value);
  command.folder = folder_of(in);
  command.input = context_of(in);
  command.deadline = in.options.duration("timeout");
  command.output_limit_bytes = static_cast<std::size_t>(in.options.integer("output_limit"));
  return command;
}

// --- How it went -------------------------------------------------------------------------------------------

static std::string streams(const ChildResult& result) {
  std::string shown;
  if (const std::string errors = last_lines(result.errors, lines_shown); !errors.empty())
    shown += "stderr:\n" + errors;
  if (const std::string output = last_lines(result.output, lines_shown); !output.empty())
    shown += "stdout:\n" + output;
  if (result.output_cut) shown += "(what came after output_limit is not kept)\n";
  return shown;
}

static std::string ending(const StepInput& in, const ChildResult& result) {
  const std::string& program = in.options.text("program");
  if (result.deadline_passed)
    return fmt::format("'{}' still ran after {} and was ended", program,
                       for_people(in.options.duration("timeout")));
  if (result.signal != 0)
    return fmt::format("'{}' was ended by signal {} ({})", program, result.signal,
                       ::strsignal(result.signal));
  return fmt::format("'{}' ended with exit status {}", program, result.exit_status);
}

static Finding failure(const StepInput& in, const ChildResult& result) {
  Finding finding;
  finding.rule = result.deadline_passed ? "program-timed-out" : "program-failed";
  finding.message = ending(in, result);
  finding.detail = streams(result);
  if (result.deadline_passed) finding.remedy = "Make it faster, or raise the step's timeout.";
  return finding;
}

static Outcome run(const StepInput& in, Services& use) {
  const Command command = command_of(in);
  const auto started = std::chrono::steady_clock::now();
  const ChildResult result = run_child(command, &use.stop);
  const std::chrono::nanoseconds duration = std::chrono::steady_clock::now() - started;
  Outcome outcome;
  if (!result.succeeded()) outcome.findings.push_back(failure(in, result));
  outcome.cases = {{.name = in.options.text("program"),
                    .status = outcome.failed() ? CaseStatus::failed : CaseStatus::passed,
                    .duration = duration}};
  outcome.summary = result.succeeded()
                        ? fmt::format("'{}' succeeded, {}", in.options.text("program"), for_people(duration))
                        : ending(in, result);
  if (result.succeeded())
    if (const std::string shown = streams(result); !shown.empty()) use.reporter.detail(trimmed(shown));
  return outcome;
}

const StageHandler exec{
    .name = "exec",
    .summary = "Run a program that reads the plan as JSON; exit status 0 passes",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
