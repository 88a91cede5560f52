#pragma once

#include "runner/cli/command.hpp"
#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Every stage handler, in the order that `runner list` shows them.
StageHandlers stage_handlers();

/// Every command that belongs to a handler, in the order of the help.
CliCommands stage_commands();

}  // namespace runner
