#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand repair_command;

}  // namespace runner
