#pragma once

#include "runner/core/option.hpp"
#include "runner/core/place.hpp"
#include "runner/core/secret.hpp"
#include "runner/migration/stage_handler.hpp"
#include "runner/pipeline/variables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

struct Step {
  const StageHandler* handler = nullptr;
  Options options{};
  /// Variables in options that hold no secret: the command to see a result again repeats them.
  std::vector<std::string> variables{};
  bool continue_on_failure = false;  ///< on_failure: continue
  Place place{};
};

struct Stage {
  std::string name{};
  std::vector<Step> steps{};
  Place place{};
};

struct Tier {
  std::string name{};  ///< merge_request, default_branch, manual
  std::vector<std::string> stages{};
  Place place{};
};

/// A pipeline file, checked. Paths are absolute.
struct Pipeline {
  std::filesystem::path file{};       ///< empty: the built-in pipeline for a supabase/migrations folder
  std::filesystem::path root{};       ///< repository root
  Secret database_url{};              ///< empty or "embedded": the local embedded server
  std::string database_url_source{};  ///< "DATABASE_URL", "database.url of pipelines/default.yml:3:8"
  bool database_withheld = false;     ///< database.url names one, but merge request pipelines do not get it
  bool allow_reset = false;           ///< of the target, in CI
  std::string history_table = "supabase_migrations.schema_migrations";
  std::filesystem::path migrations{};
  std::filesystem::path rollbacks{};
  SeedPaths seeds{};
  Secret shadow_server{};
  std::vector<std::string> preludes{"supabase"};
  std::filesystem::path baseline{};
  bool shadow_superuser = false;
  bool shadow_stand_ins = true;
  std::vector<Tier> tiers{};
  std::vector<Stage> stages{};

  const Stage* find_stage(std::string_view name) const;
  const Tier* find_tier(std::string_view name) const;
};

/// Reads and checks a pipeline file. Only one problem is reported at a time: the first in the file.
/// Throws: Error{usage} at path:line:column with the line and the nearest right word.
Pipeline load_pipeline(const std::filesystem::path& file, const std::filesystem::path& root,
                       const Variables& variables, StageHandlers handlers);

/// The beginning of the names of a stage's report files: its name with ':' as '-'.
std::string report_name(std::string_view stage);

/// The pipeline for a project that has no pipeline file but a folder supabase/migrations.
Pipeline supabase_pipeline(const std::filesystem::path& root, const Variables& variables,
                           StageHandlers handlers);

/// RUNNER_PIPELINE, pipeline.yml, .runner.yml, pipelines/default.yml in `root`; empty: none exists.
std::filesystem::path find_pipeline_file(const std::filesystem::path& root, const Variables& variables);

}  // namespace runner
