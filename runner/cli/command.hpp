#pragma once

#include "runner/core/option.hpp"
#include "runner/migration/stage_handler.hpp"

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What a subcommand works with.
struct CliContext {
  StageHandlers handlers;
  std::ostream& out;  ///< results
  std::ostream& log;  ///< progress and errors
};

/// A subcommand: one `const` object in the file that bears its name, listed in cli.cpp.
struct CliCommand {
  std::string_view name{};
  std::string_view summary{};
  std::string_view usage{};  ///< "runner status [--format table|json]"
  int (*run)(const std::vector<std::string>& arguments, CliContext& context) = nullptr;
};

/// Finds the subcommand and runs it. Exceptions pass through: only main turns them into exit codes.
int run_cli(const std::vector<std::string>& arguments, CliContext& context);

}  // namespace runner
