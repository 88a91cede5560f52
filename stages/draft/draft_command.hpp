#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand draft_command;

}  // namespace runner
