#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand validate_command;

}  // namespace runner
