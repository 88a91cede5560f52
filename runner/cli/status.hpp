#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand status_command;

}  // namespace runner
