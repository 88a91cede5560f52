#pragma once

#include "runner/migration/stage_handler.hpp"

#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

struct CliCommand;
using CliCommands = std::span<const CliCommand* const>;

/// What a subcommand works with.
struct CliContext {
  StageHandlers handlers;
  std::ostream& out;             ///< results
  std::ostream& log;             ///< progress and errors
  CliCommands stage_commands{};  ///< of stages/registry.hpp: they are found behind cli_commands()
};

/// An option of a subcommand. Parsing, `--help` and suggestions are made from these rows.
struct CliOption {
  std::string_view name{};   ///< without the dashes
  char letter = '\0';        ///< 'v' for -v; '\0': none
  std::string_view value{};  ///< what stands for its value in the help: "FILE"; empty: a flag
  std::string_view help{};   ///< a phrase without a final stop
  std::span<const std::string_view> choices{};  ///< the values that exist; empty: any
  bool repeatable = false;
};

/// An argument without dashes.
struct CliArgument {
  std::string_view name{};  ///< as the help shows it: "stage"
  std::string_view help{};
  bool required = false;
  bool repeatable = false;  ///< the last one only
};

/// What was typed for a subcommand, checked against its rows.
class CliArguments {
 public:
  bool has(std::string_view option) const { return options_.contains(option); }
  const std::string& text(std::string_view option) const;  ///< "" when not given
  const std::vector<std::string>& list(std::string_view option) const;
  /// The arguments without dashes, in order.
  const std::vector<std::string>& positional() const { return positional_; }
  std::string positional(std::size_t index) const;  ///< "" when not given

  void add(std::string option, std::string value) { options_[std::move(option)].push_back(std::move(value)); }
  void add_positional(std::string value) { positional_.push_back(std::move(value)); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> positional_;
};

/// A subcommand: one `const` object in the file that bears its name, listed in cli.cpp; one that belongs to
/// a handler lies in the handler's folder as `<name>_command.cpp` and is listed in stages/registry.cpp.
struct CliCommand {
  std::string_view name{};     ///< one word, or two: "seed auth-users" is found before "seed"
  std::string_view summary{};  ///< one imperative line, no final stop
  std::span<const CliArgument> arguments{};
  std::span<const CliOption> options{};
  std::string_view details{};  ///< further lines for `--help`, ended by '\n'; may be empty
  int (*run)(const CliArguments& given, CliContext& context) = nullptr;
};

/// The subcommands that belong to no handler, in the order of the help.
CliCommands cli_commands();

/// Finds the subcommand and runs it. Exceptions pass through: only main turns them into exit codes.
/// Throws: Error{usage} for what the tables do not know, with the nearest word.
int run_cli(const std::vector<std::string>& arguments, CliContext& context);

}  // namespace runner
