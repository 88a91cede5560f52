#pragma once

#include "runner/cli/command.hpp"

#include <string>
#include <vector>

namespace runner {

/// The first words of a command line: what comes before the subcommand, and what belongs to it.
struct CliSplit {
  bool help = false;
  bool version = false;
  std::string command{};  ///< empty: none given
  std::vector<std::string> rest{};
};

/// Throws: Error{usage} for an unknown option before the subcommand.
CliSplit split_command_line(const std::vector<std::string>& arguments);

/// Parses a subcommand's own part. `--help` is among what it knows: has("help").
/// Throws: Error{usage}: unknown or repeated option, missing or superfluous value, value that is no choice.
CliArguments parse_arguments(const CliCommand& command, const std::vector<std::string>& arguments);

/// Refuses a command line that holds a password, which every user of the machine could read in the process
/// list. The message does not repeat it. Throws: Error{usage}.
void refuse_passwords(const std::vector<std::string>& arguments);

}  // namespace runner
