#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand crypt_rotate_command;

}  // namespace runner
