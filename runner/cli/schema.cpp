#include "runner/cli/schema.hpp"

#include "runner/pipeline/pipeline_keys.hpp"
#include "runner/report/pipeline_schema.hpp"

#include <ostream>
#include <vector>

namespace runner {

std::string pipeline_schema_of(StageHandlers handlers) {
  std::vector<OptionTable> sections;
  for (const PipelineSection& section : pipeline_sections())
    sections.push_back({section.name, section.help, section.keys});
  std::vector<OptionTable> steps;
  for (const StageHandler* handler : handlers)
    steps.push_back({handler->name, handler->summary, handler->options});
  std::vector<OptionTable> tiers;
  for (const TierName& tier : tier_names()) tiers.push_back({tier.name, tier.help, {}});
  return pipeline_schema({sections, tiers, steps, step_keys()});
}

static int run(const CliArguments&, CliContext& context) {
  context.out << pipeline_schema_of(context.handlers);
  return 0;
}

const CliCommand schema_command{
    .name = "schema",
    .summary = "Print the JSON Schema of pipeline files, for editors",
    .details =
        "Editors with the YAML language server check a pipeline file by it when the\n"
        "file's first line is '# yaml-language-server: $schema=FILE'.\n",
    .run = run,
};

}  // namespace runner
