#include "runner/pipeline/pipeline.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/pipeline/pipeline_reader.hpp"
#include "runner/yaml/yaml_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace runner {

const Stage* Pipeline::find_stage(std::string_view name) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.name == name; });
  return found == stages.end() ? nullptr : &*found;
}

const Tier* Pipeline::find_tier(std::string_view name) const {
  const auto found = std::find_if(tiers.begin(), tiers.end(), [&](const Tier& t) { return t.name == name; });
  return found == tiers.end() ? nullptr : &*found;
}

std::string report_name(std::string_view stage) {
  std::string name(stage);
  std::replace(name.begin(), name.end(), ':', '-');
  return name;
}

Pipeline load_pipeline(const std::filesystem::path& file, const std::filesystem::path& root,
                       const Variables& variables, StageHandlers handlers) {
  const YamlFile yaml{display_path(file, root), read_file(file, ExitCode::usage)};
  return PipelineReader{yaml, variables, handlers}.read(file, root);
}

// Supabase's own tools know no rollbacks, so that a project without them is nothing to complain about; and
// nobody asked it to follow our rules, so that these only warn.
static constexpr std::string_view supabase_file = R"(version: 1
migrations: supabase/migrations
rollbacks: supabase/rollbacks
tiers:
  merge_request: [migrate:check]
stages:
  migrate:check:
    - history: { rollbacks: ignore }
    - lint: { fail_on: never }
    - dry-run
    - round-trip
)";

Pipeline supabase_pipeline(const std::filesystem::path& root, const Variables& variables,
                           StageHandlers handlers) {
  const YamlFile yaml{"the built-in pipeline", std::string(supabase_file)};
  return PipelineReader{yaml, variables, handlers}.read({}, root);
}

std::filesystem::path find_pipeline_file(const std::filesystem::path& root, const Variables& variables) {
  static constexpr std::array<std::string_view, 3> names{"pipeline.yml", ".runner.yml",
                                                         "pipelines/default.yml"};
  if (const auto named = variables.find("RUNNER_PIPELINE"); named && !named->empty()) return root / *named;
  for (const std::string_view name : names)
    if (std::filesystem::exists(root / name)) return root / name;
  return {};
}

}  // namespace runner
