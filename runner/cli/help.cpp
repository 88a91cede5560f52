#include "runner/cli/help.hpp"

#include "runner/core/exit_code.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

using Row = std::pair<std::string, std::string>;

static constexpr std::size_t width_of_terminals = 80;

/// `text` broken between words into lines of at most 80 columns; those after the first begin at `margin`.
static std::string wrapped(std::string_view text, std::size_t margin) {
  std::string lines;
  std::size_t column = margin;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > margin && column + 1 + word.size() > width_of_terminals) {
      lines += '\n' + std::string(margin, ' ');
      column = margin;
    } else if (column > margin) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
  }
  return lines;
}

/// Two columns, the first as wide as its widest cell.
static std::string columns(const std::vector<Row>& rows, std::size_t margin = 2) {
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.first.size());
  std::string text;
  for (const Row& row : rows)
    text += fmt::format("{:{}}{:<{}}  {}\n", "", margin, row.first, width,
                        wrapped(row.second, margin + width + 2));
  return text;
}

static std::string usage_line(const CliCommand& command) {
  std::string line = fmt::format("usage: runner {}", command.name);
  for (const CliArgument& argument : command.arguments) {
    const std::string word = fmt::format("<{}>{}", argument.name, argument.repeatable ? "..." : "");
    line += argument.required ? " " + word : fmt::format(" [{}]", word);
  }
  return line + (command.options.empty() ? "\n" : " [options]\n");
}

static Row option_row(const CliOption& option) {
  std::string left = option.letter == '\0' ? "    " : fmt::format("-{}, ", option.letter);
  left += fmt::format("--{}", option.name);
  if (!option.choices.empty())
    left += fmt::format(" {}", fmt::join(option.choices, "|"));
  else if (!option.value.empty())
    left += fmt::format(" {}", option.value);
  return {std::move(left), fmt::format("{}{}", option.help, option.repeatable ? "; may be repeated" : "")};
}

std::string command_help(const CliCommand& command) {
  std::string text = usage_line(command) + fmt::format("{}.\n", command.summary);
  if (!command.arguments.empty()) {
    std::vector<Row> rows;
    for (const CliArgument& argument : command.arguments)
      rows.emplace_back(fmt::format("<{}>", argument.name), argument.help);
    text += "\narguments:\n" + columns(rows);
  }
  std::vector<Row> rows;
  for (const CliOption& option : command.options) rows.push_back(option_row(option));
  rows.push_back(option_row({.name = "help", .letter = 'h', .help = "show this"}));
  text += "\noptions:\n" + columns(rows);
  if (!command.details.empty()) text += fmt::format("\n{}", command.details);
  return text;
}

std::string overall_help(CliCommands commands) {
  static constexpr std::array codes{ExitCode::passed,      ExitCode::failed,      ExitCode::usage,
                                    ExitCode::environment, ExitCode::busy,        ExitCode::refused,
                                    ExitCode::unknown,     ExitCode::interrupted, ExitCode::terminated};
  std::vector<Row> rows;
  for (const CliCommand* command : commands) rows.emplace_back(command->name, command->summary);
  std::string text =
      "usage: runner <command> [arguments]\n"
      "Run the stages of a pipeline of PostgreSQL migrations, on a laptop as in GitLab.\n"
      "\ncommands:\n" +
      columns(rows);
  text += "\noptions:\n" +
          columns({{"-h, --help", "show this; 'runner <command> --help' shows a command's options"},
                   {"-V, --version", "show the version"}});
  rows.clear();
  for (const ExitCode code : codes) rows.emplace_back(fmt::format("{:>3}", to_int(code)), meaning(code));
  text += "\nexit codes:\n" + columns(rows);
  text += "\n" +
          wrapped(
              "The pipeline file is the one that --pipeline names, else RUNNER_PIPELINE, else pipeline.yml, "
              ".runner.yml or pipelines/default.yml in the repository; without any, a folder "
              "supabase/migrations is used as it is.",
              0) +
          "\n";
  return text;
}

static std::string_view lead_in(OptionType type) {
  if (type == OptionType::choice) return "one of";
  return type == OptionType::choice_map ? "a map of names to one of" : "a list of";
}

std::string handler_options(const StageHandler& handler, std::size_t margin) {
  std::vector<Row> rows;
  for (const OptionSpec& option : handler.options) {
    std::string right = fmt::format("{}: ", option.help);
    if (option.choices.empty())
      right += to_string(option.type);
    else
      right += fmt::format("{} {}", lead_in(option.type), fmt::join(option.choices, ", "));
    if (!option.unit.empty()) right += fmt::format(" in {}", option.unit);
    if (option.required)
      right += "; required";
    else if (!option.default_text.empty())
      right += fmt::format("; default {}", option.default_text);
    rows.emplace_back(option.name, std::move(right));
  }
  return columns(rows, margin);
}

}  // namespace runner
