#include "runner/cli/arguments.hpp"
#include "runner/core/error.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Words = std::vector<std::string>;

static constexpr std::array<std::string_view, 2> formats{"text", "json"};
static constexpr std::array options{
    CliOption{.name = "format", .value = "FORMAT", .choices = formats},
    CliOption{.name = "var", .value = "NAME=VALUE", .repeatable = true},
    CliOption{.name = "quiet", .letter = 'q'},
};
static constexpr std::array arguments{CliArgument{.name = "stage", .required = true},
                                      CliArgument{.name = "more"}};
static constexpr CliCommand command{.name = "do", .arguments = arguments, .options = options};

TEST(Arguments, AreReadInAnyOrder) {
  const CliArguments given =
      parse_arguments(command, {"--var", "a=1", "x", "-q", "--format=json", "--var=b=2", "y"});
  EXPECT_EQ(given.positional(), (Words{"x", "y"}));
  EXPECT_EQ(given.list("var"), (Words{"a=1", "b=2"}));
  EXPECT_EQ(given.text("format"), "json");
  EXPECT_TRUE(given.has("quiet"));
  EXPECT_EQ(given.text("none"), "");
  EXPECT_EQ(given.positional(7), "");
}

TEST(Arguments, BehindTwoDashesAllIsPositional) {
  EXPECT_EQ(parse_arguments(command, {"--", "-q", "--format"}).positional(), (Words{"-q", "--format"}));
}

TEST(Arguments, HelpNeedsNothingElse) {
  EXPECT_TRUE(parse_arguments(command, {"--help"}).has("help"));
  EXPECT_TRUE(parse_arguments(command, {"-h"}).has("help"));
}

TEST(Arguments, SayWhatIsWrongAndWhatWasMeant) {
  const struct {
    Words words;
    const char *message, *hint;
  } cases[] = {
      {{}, "'runner do' wants <stage>", "see 'runner do --help'"},
      {{"x", "y", "z"}, "'runner do' does not know what 'z' is for", "see 'runner do --help'"},
      {{"x", "--fromat", "json"}, "'runner do' has no option '--fromat'", "did you mean '--format'?"},
      {{"x", "--fromat=json"}, "'runner do' has no option '--fromat'", "did you mean '--format'?"},
      {{"x", "--form", "json"}, "'runner do' has no option '--form'", "did you mean '--format'?"},
      {{"x", "--zzzzzzz"}, "'runner do' has no option '--zzzzzzz'", "see 'runner do --help'"},
      {{"x", "-z"}, "'runner do' has no option '-z'", "see 'runner do --help'"},
      {{"x", "--format"}, "--format wants a value", "see 'runner do --help'"},
      {{"x", "--format="}, "--format wants a value", "see 'runner do --help'"},
      {{"x", "--format", "jsn"}, "--format does not know 'jsn'", "did you mean 'json'?"},
      {{"x", "--format", "json", "--format", "text"}, "--format is given twice", "keep one"},
      {{"x", "--quiet=1"}, "--quiet takes no value", "see 'runner do --help'"},
  };
  for (const auto& c : cases) {
    try {
      parse_arguments(command, c.words);
      ADD_FAILURE() << "accepted: " << c.message;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_EQ(error.message(), c.message);
      EXPECT_EQ(error.advice(), c.hint) << c.message;
    }
  }
}

TEST(CommandLine, IsSplitAtTheCommand) {
  const CliSplit line = split_command_line({"--help", "run", "--version", "-x"});
  EXPECT_TRUE(line.help);
  EXPECT_FALSE(line.version);
  EXPECT_EQ(line.command, "run");
  EXPECT_EQ(line.rest, (Words{"--version", "-x"}));
  EXPECT_TRUE(split_command_line({"-V"}).version);
  EXPECT_EQ(split_command_line({}).command, "");
}

TEST(CommandLine, RefusesAnOptionBeforeTheCommand) {
  EXPECT_THROW(split_command_line({"-q", "run"}), Error);
  EXPECT_THROW(split_command_line({"--verison"}), Error);
}

TEST(CommandLine, RefusesAPasswordWithoutRepeatingIt) {
  for (const char* word :
       {"--var=DATABASE_URL=postgres://u:hunter2@h/d", "DATABASE_URL=postgres://u:hunter2@h/d",
        "host=h password=hunter2", "postgres://h/d?password=hunter2"}) {
    try {
      refuse_passwords({"run", word});
      ADD_FAILURE() << word;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_EQ(error.text().find("hunter2"), std::string::npos);
    }
  }
  EXPECT_NO_THROW(refuse_passwords({"run", "--var", "URL=postgres://u@h:5432/d"}));
}

}  // namespace runner
