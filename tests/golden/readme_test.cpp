#include "tests/golden/golden_case.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

// What README shows is what the program does: its examples are taken from there and run.

namespace runner::golden {

static std::string readme() {
  std::ifstream in(RUNNER_SOURCE_DIR "/README.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Block {
  std::string language;
  std::string body;
};

static std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks;
  std::istringstream lines(text);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), ""});
    } else if (inside) {
      blocks.back().body += line + '\n';
    }
  }
  return blocks;
}

static std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// A clone knows its default branch as origin/main, a case's project as main.
static std::string as_in_a_case(const std::string& text) {
  return normalised(replaced(text, "origin/main", "main"), "/nowhere");
}

static Case project_of_the_example() {
  Case made;
  made.sections = {{"copy", "", "migrations\nrollbacks\npipelines\n"}, {"commit", "", ""}};
  return made;
}

static void add_run(Case& to, const std::string& command) {
  to.sections.push_back({"run", "", command + "\n"});
  for (const char* stream : {"stdout", "stderr", "exit"}) to.sections.push_back({stream, "", ""});
}

static std::string body_of(const Case& c, std::string_view word) {
  for (const Section& section : c.sections)
    if (section.word == word) return section.body;
  return "(no section)";
}

/// The session in which `block`, a "$ command" and what it prints, is run.
static void expect_session(Case project, const Block& block) {
  const std::size_t end = block.body.find('\n');
  add_run(project, block.body.substr(2, end - 2));
  const Case given = run_case(project);
  EXPECT_EQ(body_of(given, "stdout") + body_of(given, "stderr"), as_in_a_case(block.body.substr(end + 1)));
}

TEST(Readme, ItsSessionsAreWhatTheProgramPrints) {
  std::vector<Block> sessions;
  std::string migration;
  for (const Block& block : blocks_of(readme())) {
    if (block.body.starts_with("$ runner ")) sessions.push_back(block);
    if (block.language == "sql") migration = block.body;
  }
  ASSERT_EQ(sessions.size(), 2U);
  expect_session(project_of_the_example(), sessions[0]);
  Case second = project_of_the_example();
  second.sections.push_back({"file", "migrations/20260401000000_add_reminder_level.sql", migration});
  second.sections.push_back({"file", "rollbacks/20260401000000_add_reminder_level.rollback.sql",
                             "ALTER TABLE public.invoices DROP COLUMN IF EXISTS reminder_level;\n"});
  expect_session(std::move(second), sessions[1]);
}

TEST(Readme, ItsEncryptedTextComesBack) {
  Case project;
  project.sections = {{"env", "", "ENCRYPTION_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"}};
  int found = 0;
  for (const Block& block : blocks_of(readme()))
    if (block.body.starts_with("$ printf ")) {
      expect_session(project, block);
      ++found;
    }
  EXPECT_EQ(found, 1);
}

TEST(Readme, ItsPipelineFileIsValidAndPasses) {
  std::string yaml;
  for (const Block& block : blocks_of(readme()))
    if (block.language == "yaml" && block.body.starts_with("version:")) yaml = block.body;
  Case project = project_of_the_example();
  project.sections.push_back({"file", "pipeline.yml", yaml});
  add_run(project, "runner validate && runner run migrate:check -q");
  const Case given = run_case(project);
  EXPECT_EQ(body_of(given, "exit"), "0\n") << body_of(given, "stderr");
}

}  // namespace runner::golden
