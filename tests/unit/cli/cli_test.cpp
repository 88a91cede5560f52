#include "runner/cli/command.hpp"
#include "stages/registry.hpp"
#include "temporary_project.hpp"

#include <cctype>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::vector<const CliCommand*> all_commands() {
  std::vector<const CliCommand*> all(cli_commands().begin(), cli_commands().end());
  all.insert(all.end(), stage_commands().begin(), stage_commands().end());
  return all;
}

/// `before`, the one or two words of its name, `after`.
static std::vector<std::string> words_of(const CliCommand& command, std::vector<std::string> words,
                                         const std::string& after) {
  std::istringstream name{std::string(command.name)};
  for (std::string word; name >> word;) words.push_back(word);
  if (!after.empty()) words.push_back(after);
  return words;
}

/// Without the line breaks that the width of a terminal makes.
static std::string unwrapped(const std::string& help) {
  std::istringstream words(help);
  std::string line;
  for (std::string word; words >> word;) line += word + ' ';
  return line;
}

TEST(Cli, EveryCommandHasAHelpThatNamesItsOptions) {
  TemporaryProject project;
  std::set<std::string_view> names;
  for (const CliCommand* command : all_commands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    ASSERT_EQ(project.call(words_of(*command, {}, "--help")), 0);
    const std::string help = project.out();
    EXPECT_TRUE(help.starts_with("usage: runner " + std::string(command->name)));
    EXPECT_EQ(project.call(words_of(*command, {"help"}, "")), 0);
    EXPECT_EQ(project.out(), help);
    for (const CliOption& option : command->options) {
      EXPECT_NE(help.find("--" + std::string(option.name)), std::string::npos) << option.name;
      EXPECT_FALSE(option.help.empty()) << option.name;
      EXPECT_FALSE(option.help.ends_with('.')) << option.name;
    }
    EXPECT_FALSE(command->summary.ends_with('.')) << command->name;
    EXPECT_TRUE(command->details.empty() || command->details.ends_with('\n')) << command->name;
    project.call({"--help"});
    EXPECT_NE(unwrapped(project.out()).find(command->summary), std::string::npos) << command->name;
  }
}

TEST(Cli, EveryHandlersOptionsAreDescribed) {
  TemporaryProject project;
  project.write("pipeline.yml", "version: 1\nstages: {s: [history]}\n");
  ASSERT_EQ(project.call({"list"}), 0) << project.log();
  EXPECT_NE(project.out().find("in no tier:\n  s\n    history"), std::string::npos) << project.out();
  EXPECT_NE(project.out().find("default "), std::string::npos) << project.out();
}

TEST(Cli, EveryHelpFitsATerminalOf80Columns) {
  std::vector<std::vector<std::string>> calls{{"--help"}};
  for (const CliCommand* command : all_commands()) calls.push_back(words_of(*command, {}, "--help"));
  for (const std::vector<std::string>& call : calls) {
    TemporaryProject project;
    project.call(call);
    std::istringstream lines(project.out());
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 80U) << call.front() << ": " << line;
  }
}

TEST(Cli, SaysWhatIsWrong) {
  TemporaryProject project;
  const struct {
    std::vector<std::string> words;
    const char* log;
  } cases[] = {
      {{}, "error: no command is given\n  hint: write 'runner run <stage>', or see 'runner --help'\n"},
      {{"rnu"}, "error: unknown command 'rnu'\n  hint: did you mean 'run'?\n"},
      {{"crypt"},
       "error: 'runner crypt' wants a further word\n  hint: write one of encrypt, decrypt, rotate\n"},
      {{"crypt", "decrpyt"}, "error: unknown command 'crypt decrpyt'\n  hint: did you mean 'decrypt'?\n"},
      {{"help", "valdate"}, "error: unknown command 'valdate'\n  hint: did you mean 'validate'?\n"},
      {{"help", "run", "x"},
       "error: 'runner help' does not know what 'x' is for\n  hint: name one command\n"},
      {{"--pipeline", "x", "run"},
       "error: unknown option '--pipeline'\n  hint: write the options behind the command\n"},
      {{"validate", "--var", "1A=x"},
       "error: --var: '1A' is no variable name\n  hint: use letters, digits and '_', no digit first\n"},
      {{"validate", "--var", "A"}, "error: --var 'A' has no '='\n  hint: write --var NAME=VALUE\n"},
      {{"validate", "--var", "A=1", "--var", "A=2"}, "error: --var sets A twice\n  hint: keep one\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(project.call(c.words), 2) << c.log;
    EXPECT_EQ(project.log(), c.log);
    EXPECT_EQ(project.out(), "");
  }
}

TEST(Cli, LooksForTheRootUpwards) {
  TemporaryProject project;
  project.write(".git", "gitdir: elsewhere\n");
  project.write("pipelines/default.yml", "version: 1\nstages: {s: [history]}\n");
  project.write("deep/er/file", "");
  std::filesystem::current_path(project.path() / "deep/er");
  EXPECT_EQ(project.call({"validate"}), 0) << project.log();
  EXPECT_EQ(project.out(), "pipelines/default.yml: valid: 0 tiers, 1 stage, 1 step\n");
  EXPECT_EQ(project.call({"validate", "--pipeline", "../../pipelines/default.yml"}), 0) << project.log();
  EXPECT_EQ(project.out(), "pipelines/default.yml: valid: 0 tiers, 1 stage, 1 step\n");
}

TEST(Cli, APipelineFileOutsideARepositoryIsItsRoot) {
  TemporaryProject project;
  project.write("x/p.yml", "version: 1\nstages: {s: [history]}\n");
  EXPECT_EQ(project.call({"validate", "--pipeline", "x/p.yml"}), 0) << project.log();
  EXPECT_EQ(project.out(), "p.yml: valid: 0 tiers, 1 stage, 1 step\n");
}

TEST(Cli, WithoutAPipelineFileItSaysWhereItLooked) {
  TemporaryProject project;
  EXPECT_EQ(project.call({"validate"}), 2);
  EXPECT_EQ(project.log(),
            "error: no pipeline file in '" + project.path().string() +
                "'\n"
                "  because: there is no pipeline.yml, .runner.yml or pipelines/default.yml, and no folder "
                "supabase/migrations\n"
                "  hint: go to the repository, or name the file with --pipeline\n");
}

TEST(Cli, AFolderOfSupabaseNeedsNoPipelineFile) {
  TemporaryProject project;
  project.write("supabase/migrations/20260101000000_a.sql", "select 1;");
  EXPECT_EQ(project.call({"validate"}), 0) << project.log();
  EXPECT_EQ(project.out(), "the built-in pipeline: valid: 1 tier, 1 stage, 4 steps\n");
  EXPECT_EQ(project.call({"status"}), 0) << project.log();
  EXPECT_NE(project.out().find("20260101000000"), std::string::npos);
  EXPECT_EQ(project.call({"new", "b"}), 0) << project.log();
  EXPECT_TRUE(project.out().starts_with("supabase/migrations/")) << project.out();
}

TEST(Cli, AVariableReachesTheFile) {
  TemporaryProject project;
  project.write("pipeline.yml", "version: 1\nmigrations: \"${DIR_OF_TEST}\"\nstages: {s: [history]}\n");
  EXPECT_EQ(project.call({"validate"}), 2);
  EXPECT_EQ(project.call({"validate", "--var", "DIR_OF_TEST=a=b"}), 0) << project.log();
}

}  // namespace runner
