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

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::array commands{
    &run_command,    &list_command, &validate_command, &status_command, &log_command,
    &repair_command, &new_command,  &db_command,       &schema_command,
};

CliCommands cli_commands() {
  return commands;
}

static std::vector<const CliCommand*> all_commands(const CliContext& context) {
  std::vector<const CliCommand*> all(commands.begin(), commands.end());
  all.insert(all.end(), context.stage_commands.begin(), context.stage_commands.end());
  return all;
}

/// For the first of two words alone: "runner crypt" → "encrypt, decrypt, rotate"; empty: no such commands.
static std::vector<std::string_view> second_words(std::string_view first, const CliContext& context) {
  std::vector<std::string_view> words;
  for (const CliCommand* command : all_commands(context)) {
    const std::size_t space = command->name.find(' ');
    if (command->name.substr(0, space) == first && space != std::string_view::npos)
      words.push_back(command->name.substr(space + 1));
  }
  return words;
}

/// The command that `words` begin with, by its two words or its one; they are taken from `words`.
static const CliCommand& take_command(std::vector<std::string>& words, const CliContext& context) {
  std::vector<std::string_view> names{"help"};
  const std::vector<const CliCommand*> all = all_commands(context);
  for (std::size_t count = std::min<std::size_t>(words.size(), 2); count > 0; --count) {
    const std::string name = count == 2 ? words[0] + ' ' + words[1] : words[0];
    for (const CliCommand* command : all) {
      if (command->name == name) {
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
        return *command;
      }
      if (count == 1) names.push_back(command->name);
    }
  }
  if (const auto further = second_words(words[0], context); !further.empty())
    throw words.size() == 1
        ? Error{ExitCode::usage, fmt::format("'runner {}' wants a further word", words[0])}.hint(
              fmt::format("write one of {}", fmt::join(further, ", ")))
        : Error{ExitCode::usage, fmt::format("unknown command '{} {}'", words[0], words[1])}.hint(
              suggest(words[1], further));
  throw Error{ExitCode::usage, fmt::format("unknown command '{}'", words[0])}.hint(suggest(words[0], names));
}

/// `runner help [command]`
static int show_help(std::vector<std::string> words, CliContext& context) {
  if (words.empty()) {
    context.out << overall_help(all_commands(context));
    return 0;
  }
  const CliCommand& command = take_command(words, context);
  if (!words.empty())
    throw Error{ExitCode::usage, fmt::format("'runner help' does not know what '{}' is for", words[0])}.hint(
        "name one command");
  context.out << command_help(command);
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
  std::vector<std::string> words = line.rest;
  words.insert(words.begin(), line.command);
  const CliCommand& command = take_command(words, context);
  const CliArguments given = parse_arguments(command, words);
  if (given.has("help")) {
    context.out << command_help(command);
    return 0;
  }
  return command.run(given, context);
}

}  // namespace runner
