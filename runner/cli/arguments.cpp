#include "runner/cli/arguments.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/secret.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/program_options.hpp>

namespace runner {

namespace po = boost::program_options;

const std::string& CliArguments::text(std::string_view option) const {
  static const std::string none;
  const auto found = options_.find(option);
  return found == options_.end() ? none : found->second.back();
}

const std::vector<std::string>& CliArguments::list(std::string_view option) const {
  static const std::vector<std::string> none;
  const auto found = options_.find(option);
  return found == options_.end() ? none : found->second;
}

std::string CliArguments::positional(std::size_t index) const {
  return index < positional_.size() ? positional_[index] : std::string{};
}

static std::string advice_for(std::string_view command) {
  return command.empty() ? "see 'runner --help'" : fmt::format("see 'runner {} --help'", command);
}

/// Without abbreviations: an option added later would change what a script means.
static constexpr int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

/// Boost's refusals in our words.
[[noreturn]] static void throw_translated(const po::error& problem, std::string_view command) {
  std::string message = problem.what();
  if (const auto* named = dynamic_cast<const po::error_with_option_name*>(&problem)) {
    const std::string option = named->get_option_name();
    if (dynamic_cast<const po::multiple_occurrences*>(&problem))
      message = fmt::format("{} is given twice", option);
    else if (const auto* syntax = dynamic_cast<const po::error_with_no_option_name*>(&problem))
      message = syntax->what();
    else if (dynamic_cast<const po::invalid_syntax*>(&problem))
      message = fmt::format("{} wants a value", option);
    if (const auto* wrong = dynamic_cast<const po::invalid_syntax*>(&problem))
      if (wrong->kind() == po::invalid_syntax::extra_parameter)
        message = fmt::format("{} takes no value", option);
  }
  throw Error{ExitCode::usage, message}.hint(advice_for(command));
}

static po::parsed_options parse(const po::options_description& known,
                                const po::positional_options_description& places,
                                const std::vector<std::string>& arguments, std::string_view command) {
  try {
    return po::command_line_parser(arguments)
        .options(known)
        .positional(places)
        .style(style)
        .allow_unregistered()
        .run();
  } catch (const po::error& problem) {
    throw_translated(problem, command);
  }
}

/// "-v" or "--verbose" without what follows an equals sign.
static std::string dashed(const std::string& token) {
  return token.substr(0, token.find('='));
}

CliSplit split_command_line(const std::vector<std::string>& arguments) {
  // What follows the subcommand is its own affair: it is handed on untouched.
  const auto command = std::find_if(arguments.begin(), arguments.end(),
                                    [](const auto& a) { return !a.starts_with('-') || a == "-"; });
  po::options_description known;
  known.add_options()("help,h", "")("version,V", "");
  const po::parsed_options parsed =
      parse(known, {}, std::vector<std::string>(arguments.begin(), command), "");
  if (const auto unknown = po::collect_unrecognized(parsed.options, po::include_positional);
      !unknown.empty()) {
    static constexpr std::string_view names[] = {"--help", "--version"};
    const bool a_commands_option = command != arguments.end();
    throw Error{ExitCode::usage, fmt::format("unknown option '{}'", dashed(unknown.front()))}.hint(
        a_commands_option ? "write the options behind the command" : suggest(dashed(unknown.front()), names));
  }
  CliSplit split;
  for (const po::option& option : parsed.options) {
    split.help |= option.string_key == "help";
    split.version |= option.string_key == "version";
  }
  if (command != arguments.end()) {
    split.command = *command;
    split.rest.assign(command + 1, arguments.end());
  }
  return split;
}

static po::options_description describe(const CliCommand& command) {
  po::options_description known;
  const auto add = [&](const CliOption& option) {
    const std::string name =
        option.letter == '\0' ? std::string(option.name) : fmt::format("{},{}", option.name, option.letter);
    if (option.value.empty())
      known.add_options()(name.c_str(), "");
    else
      known.add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
  };
  for (const CliOption& option : command.options) add(option);
  add({.name = "help", .letter = 'h'});
  return known;
}

static Error unknown_option(const CliCommand& command, const std::string& token) {
  std::vector<std::string> names{"--help"};
  for (const CliOption& option : command.options) names.push_back(fmt::format("--{}", option.name));
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest(token, views);
  return Error{ExitCode::usage, fmt::format("'runner {}' has no option '{}'", command.name, token)}.hint(
      near.empty() ? advice_for(command.name) : fmt::format("did you mean '{}'?", near));
}

static void check_value(const CliOption& option, const std::string& value) {
  if (!option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end())
    throw Error{ExitCode::usage, fmt::format("--{} does not know '{}'", option.name, value)}.hint(
        suggest(value, option.choices));
}

static void check_arguments(const CliCommand& command, const CliArguments& given) {
  const auto& words = given.positional();
  for (std::size_t i = words.size(); i < command.arguments.size(); ++i)
    if (command.arguments[i].required)
      throw Error{ExitCode::usage,
                  fmt::format("'runner {}' wants <{}>", command.name, command.arguments[i].name)}
          .hint(advice_for(command.name));
  const bool open_end = !command.arguments.empty() && command.arguments.back().repeatable;
  if (words.size() > command.arguments.size() && !open_end)
    throw Error{ExitCode::usage, fmt::format("'runner {}' does not know what '{}' is for", command.name,
                                             words[command.arguments.size()])}
        .hint(advice_for(command.name));
}

CliArguments parse_arguments(const CliCommand& command, const std::vector<std::string>& arguments) {
  const po::options_description known = describe(command);
  po::positional_options_description places;
  places.add("arguments", -1);
  const po::parsed_options parsed = parse(known, places, arguments, command.name);
  CliArguments given;
  for (const po::option& option : parsed.options) {
    if (option.unregistered) throw unknown_option(command, dashed(option.original_tokens.front()));
    if (option.position_key >= 0) {
      given.add_positional(option.value.front());
      continue;
    }
    const auto spec = std::find_if(command.options.begin(), command.options.end(),
                                   [&](const CliOption& o) { return o.name == option.string_key; });
    if (spec == command.options.end()) {
      given.add(option.string_key, "");  // --help
      continue;
    }
    if (given.has(spec->name) && !spec->repeatable && !spec->value.empty())
      throw Error{ExitCode::usage, fmt::format("--{} is given twice", spec->name)}.hint("keep one");
    const std::string value = option.value.empty() ? std::string{} : option.value.front();
    if (!spec->value.empty()) check_value(*spec, value);
    given.add(option.string_key, value);
  }
  if (!given.has("help")) check_arguments(command, given);
  return given;
}

void refuse_passwords(const std::vector<std::string>& arguments) {
  if (std::any_of(arguments.begin(), arguments.end(), holds_password))
    throw Error{ExitCode::usage, "a password on the command line is refused"}
        .because("every user of this machine can read it in the process list")
        .hint("put the address into the environment variable DATABASE_URL");
}

}  // namespace runner
