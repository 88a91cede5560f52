#include "runner/cli/list.hpp"

#include "runner/cli/help.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/file.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>

namespace runner {

static constexpr std::array options{pipeline_option, variable_option};

static std::string stage_lines(const Stage& stage) {
  std::string text = fmt::format("  {}\n", stage.name);
  for (const Step& step : stage.steps)
    text += fmt::format("    {:<12} {}{}\n", step.handler->name, step.handler->summary,
                        step.continue_on_failure ? " (on_failure: continue)" : "");
  return text;
}

static std::string tier_lines(const Pipeline& pipeline) {
  std::string text;
  for (const Tier& tier : pipeline.tiers) {
    text += fmt::format("{}:\n", tier.name);
    for (const std::string& name : tier.stages)
      if (const Stage* stage = pipeline.find_stage(name)) text += stage_lines(*stage);
    if (tier.stages.empty()) text += "  (no stages)\n";
  }
  std::string others;
  for (const Stage& stage : pipeline.stages) {
    const auto names_it = [&](const Tier& tier) {
      return std::find(tier.stages.begin(), tier.stages.end(), stage.name) != tier.stages.end();
    };
    if (std::none_of(pipeline.tiers.begin(), pipeline.tiers.end(), names_it)) others += stage_lines(stage);
  }
  if (!others.empty()) text += "in no tier:\n" + others;
  return text;
}

static int run(const CliArguments& given, CliContext& context) {
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  context.out << (pipeline.file.empty() ? "the built-in pipeline" : display_path(pipeline.file, project.root))
              << "\n\n"
              << tier_lines(pipeline) << "\nhandlers:\n";
  for (const StageHandler* handler : context.handlers)
    context.out << fmt::format("  {:<12} {}\n", handler->name, handler->summary)
                << handler_options(*handler, 4);
  return 0;
}

const CliCommand list_command{
    .name = "list",
    .summary = "Show tiers, stages and steps, and what each handler can do",
    .options = options,
    .run = run,
};

}  // namespace runner
