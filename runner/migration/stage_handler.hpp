#pragma once

#include "runner/core/option.hpp"
#include "runner/core/outcome.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/migration/plan.hpp"
#include "runner/migration/shadows.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What `seeds` in the pipeline file names; absolute paths.
struct SeedPaths {
  std::filesystem::path folder{};              ///< of the datasets
  std::vector<std::filesystem::path> files{};  ///< of SQL, in the order in which they run
};

/// What a handler gets to know. Steps hand nothing else to each other.
struct StepInput {
  std::string_view stage;
  const Options& options;
  const Plan& plan;
  const HistoryTable& history;
  const std::filesystem::path& root;  ///< repository root
  bool history_changed = false;       ///< a step of this stage, before this one, changed the target's history
  SeedPaths seeds{};
  bool stage_writes = false;  ///< a step of this stage changes the target: it is no check
};

/// What a handler may use.
struct Services {
  Session* target;  ///< nullptr without a target; read-only unless the handler writes
  Shadows& shadows;
  Reporter& reporter;
  const StopSignal& stop;
};

/// The code behind a step: one `const` object in the file that bears its name, listed in
/// stages/registry.cpp. Handlers never print to stdout and never exit.
struct StageHandler {
  std::string_view name{};     ///< kebab-case, as in the pipeline file
  std::string_view summary{};  ///< one imperative line, no final stop
  std::span<const OptionSpec> options{};
  bool writes = false;  ///< changes the target: the plan is made again after it
  /// What it is about to do, in one line: said before it starts.
  std::string (*intent)(const StepInput&) = nullptr;
  Outcome (*run)(const StepInput&, Services&) = nullptr;
  /// The JSON Schema of the file of its own that it reads, where there is one.
  std::string (*file_schema)() = nullptr;
};

using StageHandlers = std::span<const StageHandler* const>;

}  // namespace runner
