#include "runner/cli/schema.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/pipeline/pipeline_keys.hpp"
#include "runner/report/dataset_schema.hpp"
#include "runner/report/pipeline_schema.hpp"
#include "runner/seed/dataset_keys.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

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

static DatasetSchemaSection::Kind kind_of(DatasetSectionKind kind) {
  switch (kind) {
    case DatasetSectionKind::named_map:
      return DatasetSchemaSection::Kind::named_map;
    case DatasetSectionKind::list:
      return DatasetSchemaSection::Kind::list;
    case DatasetSectionKind::map:
      break;
  }
  return DatasetSchemaSection::Kind::map;
}

std::string dataset_schema_text() {
  std::vector<DatasetSchemaSection> sections;
  for (const DatasetSection& section : dataset_sections())
    sections.push_back({section.name, section.parent, kind_of(section.kind), section.help, section.keys});
  return dataset_schema({sections, value_map_key, value_map_help});
}

static int run(const CliArguments& given, CliContext& context) {
  std::vector<std::string_view> kinds{"pipeline", "dataset"};
  const std::string kind = given.positional().empty() ? "pipeline" : given.positional(0);
  for (const StageHandler* handler : context.handlers) {
    if (handler->file_schema == nullptr) continue;
    kinds.push_back(handler->name);
    if (handler->name == kind) context.out << handler->file_schema();
  }
  if (kind == "pipeline")
    context.out << pipeline_schema_of(context.handlers);
  else if (kind == "dataset")
    context.out << dataset_schema_text();
  else if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw Error{ExitCode::usage, fmt::format("there is no schema of '{}'", kind)}.hint(suggest(kind, kinds));
  return 0;
}

static constexpr std::array arguments{CliArgument{
    .name = "kind", .help = "of which files: pipeline (default), dataset, or auth-users for accounts"}};

const CliCommand schema_command{
    .name = "schema",
    .summary = "Print the JSON Schema of pipeline files, datasets or accounts",
    .arguments = arguments,
    .details =
        "Editors with the YAML language server check a file by it when the file's\n"
        "first line is '# yaml-language-server: $schema=FILE'.\n",
    .run = run,
};

}  // namespace runner
