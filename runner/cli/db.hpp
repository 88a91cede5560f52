#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand db_command;

}  // namespace runner
