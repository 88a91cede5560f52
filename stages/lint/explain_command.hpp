#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand explain_command;

}  // namespace runner
