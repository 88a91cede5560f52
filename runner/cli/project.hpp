#pragma once

#include "runner/cli/command.hpp"
#include "runner/pipeline/pipeline.hpp"

#include <filesystem>
#include <string>

namespace runner {

/// The options that every command with a pipeline file has; put them into its table.
inline constexpr CliOption pipeline_option{
    .name = "pipeline", .value = "FILE", .help = "pipeline file; default: see 'runner --help'"};
inline constexpr CliOption variable_option{
    .name = "var", .value = "NAME=VALUE", .help = "set a variable of the pipeline file", .repeatable = true};

/// The repository that a command works on, and its variables.
struct Project {
  std::filesystem::path root{};           ///< absolute
  std::filesystem::path pipeline_file{};  ///< absolute; empty: none exists
  Variables variables{};
};

/// The root is the nearest folder upwards that holds `.git`; without one, the pipeline file's folder, else
/// the working folder. Reads --pipeline and --var.
/// Throws: Error{usage} for a --var that is no NAME=VALUE.
Project find_project(const CliArguments& given);

/// Loads the project's pipeline file, or the built-in one for a folder supabase/migrations.
/// Throws: Error{usage}, also when there is neither.
Pipeline load_project_pipeline(const Project& project, StageHandlers handlers);

}  // namespace runner
