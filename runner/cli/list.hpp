#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand list_command;

}  // namespace runner
