#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand new_command;

}  // namespace runner
