#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand seed_command;
extern const CliCommand seed_files_command;
extern const CliCommand seed_report_command;
extern const CliCommand seed_verify_command;

}  // namespace runner
