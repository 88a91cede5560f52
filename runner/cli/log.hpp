#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand log_command;

}  // namespace runner
