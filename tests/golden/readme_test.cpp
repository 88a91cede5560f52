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
  return normalised(replaced(text, "origin/main", "main"), "/home/me/invoices");
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

static std::vector<std::string> bodies_of(const Case& c, std::string_view word) {
  std::vector<std::string> bodies;
  for (const Section& section : c.sections)
    if (section.word == word) bodies.push_back(section.body);
  return bodies;
}

static std::string body_of(const Case& c, std::string_view word) {
  const std::vector<std::string> bodies = bodies_of(c, word);
  return bodies.empty() ? "(no section)" : bodies.front();
}

/// A line "$ command", and what it prints.
struct Call {
  std::string command;
  std::string prints;
};

static std::vector<Call> calls_of(const std::string& session) {
  std::vector<Call> calls;
  std::istringstream lines(session);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("$ "))
      calls.push_back({line.substr(2), ""});
    else
      calls.back().prints += line + '\n';
  }
  return calls;
}

/// Runs the commands of `block` one after the other. Each has a shell of its own, so what was exported before
/// it is exported again.
static void expect_session(Case project, const Block& block) {
  std::string exported;
  std::vector<Call> expected;
  for (const Call& call : calls_of(block.body)) {
    if (call.command.starts_with("export ")) {
      exported += "{ " + call.command + "; } 2>/dev/null; ";
      continue;
    }
    expected.push_back(call);
    add_run(project, exported + call.command);
  }
  if (!exported.empty())
    add_run(project,
            "runner db url > url; runner db stop; rm -rf \"$(sed 's/.*host=//; s/socket.*//' url)\"");
  const Case given = run_case(project);
  const std::vector<std::string> out = bodies_of(given, "stdout");
  const std::vector<std::string> log = bodies_of(given, "stderr");
  ASSERT_GE(out.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(log[i] + out[i], as_in_a_case(expected[i].prints)) << expected[i].command;
}

TEST(Readme, ItsSessionsAreWhatTheProgramPrints) {
  std::vector<Block> sessions;
  std::string migration;
  for (const Block& block : blocks_of(readme())) {
    // Those that begin otherwise have tests of their own.
    if (block.body.starts_with("$ runner run ") || block.body.starts_with("$ export ") ||
        block.body.starts_with("$ printf "))
      sessions.push_back(block);
    if (block.language == "sql") migration = block.body;
  }
  ASSERT_EQ(sessions.size(), 4U);
  expect_session(project_of_the_example(), sessions[0]);
  Case second = project_of_the_example();
  second.sections.push_back({"file", "migrations/20260401000000_add_reminder_level.sql", migration});
  second.sections.push_back({"file", "rollbacks/20260401000000_add_reminder_level.rollback.sql",
                             "ALTER TABLE public.invoices DROP COLUMN IF EXISTS reminder_level;\n"});
  expect_session(std::move(second), sessions[1]);
  expect_session(project_of_the_example(), sessions[2]);
  Case encrypting;
  encrypting.sections = {{"env", "", "ENCRYPTION_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"}};
  expect_session(std::move(encrypting), sessions[3]);
}

TEST(Readme, ItsTestDataIsLoadedAsItSays) {
  Case project = project_of_the_example();
  project.sections.push_back({"env", "", "ENCRYPTION_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"});
  add_run(project, "runner db start >/dev/null 2>&1; runner run migrate -q >/dev/null 2>&1");
  std::vector<Call> expected;
  for (const Block& block : blocks_of(readme()))
    if (block.body.starts_with("$ runner seed ")) expected = calls_of(block.body);
  ASSERT_EQ(expected.size(), 2U);
  for (const Call& call : expected) add_run(project, call.command);
  add_run(project, "runner db url > url; runner db stop; rm -rf \"$(sed 's/.*host=//; s/socket.*//' url)\"");
  const Case given = run_case(project);
  const std::vector<std::string> out = bodies_of(given, "stdout");
  const std::vector<std::string> log = bodies_of(given, "stderr");
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(out[i + 1] + log[i + 1], expected[i].prints) << expected[i].command;
}

TEST(Readme, ItsDatasetIsTheShippedOne) {
  std::string yaml;
  for (const Block& block : blocks_of(readme()))
    if (block.language == "yaml" && block.body.find("\ncolumns:\n") != std::string::npos) yaml = block.body;
  Case project = project_of_the_example();
  project.sections.push_back({"file", "pipelines/sira/seeds/invoices.yml", yaml});
  add_run(project, "runner seed invoices --sql-out out.sql && tail -n 1 out.sql");
  const Case given = run_case(project);
  EXPECT_EQ(body_of(given, "stdout"), "-- invoices: 10000 rows written, 0 skipped\n")
      << body_of(given, "stderr");
}

TEST(Readme, ItsPipelineFileIsValidAndPasses) {
  std::string yaml;
  for (const Block& block : blocks_of(readme()))
    if (block.language == "yaml" && block.body.find("\nstages:\n") != std::string::npos) yaml = block.body;
  Case project = project_of_the_example();
  project.sections.push_back({"file", "pipeline.yml", yaml});
  add_run(project, "runner validate && runner run migrate:check -q");
  const Case given = run_case(project);
  EXPECT_EQ(body_of(given, "exit"), "0\n") << body_of(given, "stderr");
}

}  // namespace runner::golden
