#pragma once

#include "runner/cli/command.hpp"

#include <string>

namespace runner {

/// `runner --help`: the commands, the exit codes, and where the pipeline file is looked for.
std::string overall_help(CliCommands commands);

/// `runner <command> --help`, made from its tables.
std::string command_help(const CliCommand& command);

/// A handler's options, one a line, indented by `margin` spaces; for `list`.
std::string handler_options(const StageHandler& handler, std::size_t margin);

}  // namespace runner
