#include "runner/cli/arguments.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/db.hpp"
#include "runner/cli/help.hpp"
#include "runner/cli/list.hpp"
#include "runner/cli/log.hpp"
#include "runner/cli/new.hpp"
#include "runner/cli/repair.hpp"
#include "runner/cli/run.hpp"
#include "runner/cli/schema.hpp"
#include "runner/cli/status.hpp"
#include "runner/cli/validate.hpp"
#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"

#include <array>
#include <ostream>

#include <fmt/format.h>

namespace runner {

static constexpr std::array commands{
    &run_command,    &list_command, &validate_command, &status_command, &log_command,
    &repair_command, &new_command,  &db_command,       &schema_command,
};

std::span<const CliCommand* const> cli_commands() {
  return commands;
}

static const CliCommand& find_command(const std::string& name) {
  std::vector<std::string_view> names{"help"};
  for (const CliCommand* command : commands) {
    if (command->name == name) return *command;
    names.push_back(command->name);
  }
  throw Error{ExitCode::usage, fmt::format("unknown command '{}'", name)}.hint(suggest(name, names));
}

/// `runner help [command]`
static int show_help(const std::vector<std::string>& words, CliContext& context) {
  if (words.size() > 1)
    throw Error{ExitCode::usage, fmt::format("'runner help' does not know what '{}' is for", words[1])}.hint(
        "name one command");
  context.out << (words.empty() ? overall_help(commands) : command_help(find_command(words.front())));
  return 0;
}

int run_cli(const std::vector<std::string>& arguments, CliContext& context) {
  refuse_passwords(arguments);
  const CliSplit line = split_command_line(arguments);
  if (line.version) {
    context.out << "runner " RUNNER_VERSION "\n";
    return 0;
  }
  if (line.help) return show_help({}, context);
  if (line.command.empty())
    throw Error{ExitCode::usage, "no command is given"}.hint(
        "write 'runner run <stage>', or see 'runner --help'");
  if (line.command == "help") return show_help(line.rest, context);
  const CliCommand& command = find_command(line.command);
  const CliArguments given = parse_arguments(command, line.rest);
  if (given.has("help")) {
    context.out << command_help(command);
    return 0;
  }
  return command.run(given, context);
}

}  // namespace runner
