#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand run_command;

}  // namespace runner
