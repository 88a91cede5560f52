#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand seed_auth_users_command;

}  // namespace runner
