#include "runner/report/console.hpp"
#include "runner/core/secret.hpp"
#include "tests/unit/report/sample_report.hpp"

#include <cstddef>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

/// What the executor would say about `report`.
static std::string told(const StageReport& report, const ConsoleStyle& style) {
  std::ostringstream log;
  const auto reporter = console_reporter(log, style);
  reporter->stage_started(report.stage, "check 2 pending migrations");
  reporter->say("compared with " + report.compared_with);
  for (const StepReport& step : report.steps) {
    if (step.status != StepStatus::skipped) {
      reporter->step_started(report.stage, step.handler, "do what it does");
      reporter->detail("asked about every detail");
      reporter->progress(1, 2, "1_clients");
    }
    reporter->step_finished(report.stage, step);
  }
  reporter->stage_finished(report);
  return log.str();
}

static StageReport passed_report() {
  StageReport report = failed_report();
  report.steps.resize(1);
  report.exit_code = ExitCode::passed;
  report.verdict = "passed: 2 migrations";
  return report;
}

TEST(Console, TellsAFailedStageInPlainLines) {
  EXPECT_EQ(told(failed_report(), {}), R"(migrate:check: check 2 pending migrations
  compared with base commit 1a2b3c4 (merge base with main)
history: do what it does
  passed: 2 migrations in order (2 ms)
dry-run: do what it does
warning: migrations/1_clients.sql:1:1: runs its own transactions [own-transaction]
  hint: Remove BEGIN and COMMIT.
error: migrations/2_invoices.sql:3:8: column "amout" does not exist [sql-refused]
  SELECT amout FROM invoices;
         ^
  hint: Perhaps you meant "amount".
  failed: 1 of 2 migrations executed (400 ms)
query: not run, the stage ended before it
exit code 1: a check failed, or a migration's SQL was refused
to see this again: runner run migrate:check
migrate:check: failed: 1 of 2 migrations executed
)");
}

TEST(Console, EndsAPassedStageWithItsVerdict) {
  EXPECT_EQ(told(passed_report(), {}), R"(migrate:check: check 2 pending migrations
  compared with base commit 1a2b3c4 (merge base with main)
history: do what it does
  passed: 2 migrations in order (2 ms)
migrate:check: passed: 2 migrations
)");
}

TEST(Console, KeepsOnlyFindingsErrorsAndTheVerdictWhenQuiet) {
  EXPECT_EQ(told(passed_report(), {.verbosity = -1}), "migrate:check: passed: 2 migrations\n");
  const std::string failed = told(failed_report(), {.verbosity = -1});
  EXPECT_EQ(failed.find("warning: migrations/1_clients.sql"), 0U) << failed;
  EXPECT_NE(failed.find("error: migrations/2_invoices.sql:3:8"), std::string::npos);
  EXPECT_EQ(failed.find("do what it does"), std::string::npos);
}

TEST(Console, TellsDetailsOnlyWhenVerbose) {
  EXPECT_EQ(told(passed_report(), {}).find("every detail"), std::string::npos);
  EXPECT_NE(told(passed_report(), {.verbosity = 1}).find("\n  asked about every detail\n"),
            std::string::npos);
}

TEST(Console, SaysTheCommandThatTheStageNames) {
  StageReport report = failed_report();
  report.again = "runner run migrate:check --base 1a2b3c4";
  EXPECT_NE(told(report, {}).find("to see this again: runner run migrate:check --base 1a2b3c4\n"),
            std::string::npos);
}

TEST(Console, RedrawsOneLineOfProgressOnATerminalOnly) {
  EXPECT_EQ(told(passed_report(), {}).find("1/2"), std::string::npos);
  const std::string told_there = told(passed_report(), {.terminal = true});
  EXPECT_NE(told_there.find("\r\x1b[K  1/2 1_clients\r\x1b[K  passed"), std::string::npos) << told_there;
}

TEST(Console, CutsProgressToTheTerminalsWidth) {
  std::ostringstream log;
  console_reporter(log, {.terminal = true, .columns = 12})->progress(1, 2, "ééééééééééé");
  EXPECT_EQ(log.str(), "\r\x1b[K  1/2 ééééé");
}

TEST(Console, ShowsErrorsOfStepsAndOfTheStage) {
  StageReport report = passed_report();
  report.steps[0].status = StepStatus::error;
  report.steps[0].error = Error{ExitCode::environment, "no server"};
  report.steps[0].outcome.summary.clear();
  report.exit_code = ExitCode::environment;
  report.verdict = "failed: no server";
  report.error = Error{ExitCode::environment, "no plan"};
  const std::string text = told(report, {});
  EXPECT_NE(text.find("error: no server\n  stopped (2 ms)\nerror: no plan\nexit code 3: environment: "),
            std::string::npos)
      << text;
}

TEST(Console, FoldsStepsIntoGitLabSectionsAndLeavesTheResultOutside) {
  const std::string text =
      std::regex_replace(told(passed_report(), {.gitlab = true}), std::regex("[0-9]{10,}"), "T");
  EXPECT_EQ(text,
            "migrate:check: check 2 pending migrations\n"
            "  compared with base commit 1a2b3c4 (merge base with main)\n"
            "\x1b[0Ksection_start:T:migrate-check.1.history\r\x1b[0Khistory: do what it does\n"
            "\x1b[0Ksection_end:T:migrate-check.1.history\r\x1b[0K\n"
            "  passed: 2 migrations in order (2 ms)\n"
            "exit code 0: passed, or nothing to do\n"
            "to see this again: runner run migrate:check\n"
            "migrate:check: passed: 2 migrations\n");
}

TEST(Console, ColoursWordsNotPaths) {
  const std::string text = told(failed_report(), {.colour = true});
  EXPECT_NE(text.find("\x1b[31merror:\x1b[0m migrations/2_invoices.sql:3:8"), std::string::npos) << text;
  EXPECT_NE(text.find("\x1b[31mmigrate:check: failed: 1 of 2 migrations executed\x1b[0m\n"),
            std::string::npos);
}

TEST(Console, ShowsAHundredFindingsAndCountsTheRest) {
  StageReport report = failed_report();
  report.steps[1].outcome.findings.assign(102, {.rule = "many", .message = "one of many"});
  const std::string text = told(report, {});
  EXPECT_NE(text.find("… and 2 more findings; the reports have all of them\n"), std::string::npos);
}

TEST(Console, HidesSecretsAndControlCharacters) {
  register_secret(Secret{"hunter2hunter2"});
  std::ostringstream log;
  const auto reporter = console_reporter(log, {.verbosity = 1});
  reporter->say("say hunter2hunter2\x1b]0;title\x07");
  reporter->detail("detail hunter2hunter2");
  reporter->warn("warn hunter2hunter2");
  EXPECT_EQ(log.str(), "  say [hidden]\n  detail [hidden]\nwarning: warn [hidden]\n");
}

/// Keeps each write apart, as a pipe that others write to would.
class Writes final : public std::streambuf {
 public:
  std::vector<std::string> pieces{};

 private:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    if (size > 0) pieces.emplace_back(text, static_cast<std::size_t>(size));
    return size;
  }
  int overflow(int c) override {
    pieces.emplace_back(1, static_cast<char>(c));
    return c;
  }
};

// stderr has no buffer: what two jobs write at once must not be mixed within a line.
TEST(Console, WritesEachMessageInOnePiece) {
  Writes writes;
  std::ostream log(&writes);
  const auto reporter = console_reporter(log, {.terminal = true, .verbosity = 1});
  reporter->say("one\ntwo");
  reporter->progress(1, 2, "half");
  reporter->warn("three\nfour");
  reporter->detail("five");
  EXPECT_EQ(writes.pieces, (std::vector<std::string>{"  one\n  two\n", "\r\x1b[K  1/2 half",
                                                     "\r\x1b[Kwarning: three\n  four\n", "  five\n"}));
}

TEST(ConsoleStyleDetection, ObeysNoColorAndGitlab) {
  ::setenv("GITLAB_CI", "true", 1);
  ::unsetenv("NO_COLOR");
  EXPECT_TRUE(ConsoleStyle::detect(0).colour);
  EXPECT_TRUE(ConsoleStyle::detect(0).gitlab);
  EXPECT_FALSE(ConsoleStyle::detect(0).terminal);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(ConsoleStyle::detect(0).colour);
  ::unsetenv("GITLAB_CI");
  ::unsetenv("NO_COLOR");
  EXPECT_EQ(ConsoleStyle::detect(-1).verbosity, -1);
}

}  // namespace runner
