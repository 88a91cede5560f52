#include "runner/cli/validate.hpp"

#include "runner/cli/project.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"

#include <array>
#include <ostream>

#include <fmt/format.h>

namespace runner {

static constexpr std::array options{pipeline_option, variable_option};

static int run(const CliArguments& given, CliContext& context) {
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  std::size_t steps = 0;
  for (const Stage& stage : pipeline.stages) steps += stage.steps.size();
  const std::string name =
      pipeline.file.empty() ? "the built-in pipeline" : display_path(pipeline.file, project.root);
  context.out << fmt::format("{}: valid: {}, {}, {}\n", name, count_of(pipeline.tiers.size(), "tier"),
                             count_of(pipeline.stages.size(), "stage"), count_of(steps, "step"));
  return 0;
}

const CliCommand validate_command{
    .name = "validate",
    .summary = "Check the pipeline file and its variables",
    .options = options,
    .run = run,
};

}  // namespace runner
