#include "tests/database/stages/rollback_call.hpp"

#include <string>

namespace runner {

using RollbackSelection = RollbackTest;

static bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(RollbackSelection, RefusesWithTheListWhenNothingIsNamed) {
  const Error error = refusal();
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_EQ(error.message(), "no version to roll back is named");
  EXPECT_EQ(error.reason(), "applied, newest first:\n2_bills\n1_clients");
  EXPECT_TRUE(holds(error.advice(), "MIGRATION_VERSION"));
}

TEST_F(RollbackSelection, RefusesWhatIsNoVersion) {
  for (const std::string& text : {std::string("*"), std::string("../x"), std::string("1;drop"),
                                  std::string(300, '1'), std::string("1\n2"), std::string(" 1"),
                                  std::string("-1"), std::string("\x1b[31m1"), std::string(21, '1')}) {
    const Error error = refusal(text);
    EXPECT_EQ(error.code(), ExitCode::usage) << text;
    EXPECT_LT(error.message().size(), 120U) << error.message();
    EXPECT_FALSE(holds(error.message(), "\n")) << error.message();
    EXPECT_FALSE(holds(error.message(), "\x1b")) << error.message();
  }
}

TEST_F(RollbackSelection, RefusesAVersionThatNobodyKnows) {
  const Error error = refusal("3");
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_EQ(error.message(), "version 3 is unknown: it is neither applied nor in ");
  EXPECT_EQ(error.reason(), "applied, newest first:\n2_bills\n1_clients");
}

TEST_F(RollbackSelection, HasNothingToDoWhenTheVersionIsRolledBackAlready) {
  run_it("2");
  const Outcome outcome = run_it("2");
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary, "version 2 is not applied: nothing to do");
  EXPECT_EQ(state(), "1: clients");
}

TEST_F(RollbackSelection, RefusesWhatIsNotTheNewest) {
  const Error error = refusal("1");
  EXPECT_EQ(error.code(), ExitCode::refused);
  EXPECT_EQ(error.message(), "1_clients is not the newest: 1 migration was applied after it");
  EXPECT_EQ(error.reason(), "may stand on it, newest first:\n2_bills");
  EXPECT_TRUE(holds(error.advice(), "RUNNER_ALLOW=not-newest"));
}

TEST_F(RollbackSelection, TakesTheNewestByNumber) {
  call_.options.set("steps", std::int64_t{2});
  const Outcome outcome = run_it();
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary, "2 migrations rolled back, in one transaction");
  EXPECT_EQ(state(), ": ");
}

TEST_F(RollbackSelection, RefusesMoreStepsThanThereAre) {
  call_.options.set("steps", std::int64_t{3});
  const Error error = refusal();
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_EQ(error.message(), "'steps' of step 'rollback' is 3, but 2 migrations are applied");
}

TEST_F(RollbackSelection, GoesDownToAVersion) {
  call_.options.set("to", std::string("1"));
  EXPECT_EQ(run_it().summary, "2_bills rolled back");
  EXPECT_EQ(run_it().summary, "nothing newer than 1 is applied");
  call_.options.set("to", std::string("7"));
  EXPECT_EQ(refusal().code(), ExitCode::usage);
}

TEST_F(RollbackSelection, RefusesTwoWaysOfNamingVersions) {
  call_.options.set("steps", std::int64_t{1});
  EXPECT_EQ(refusal("2").code(), ExitCode::usage);
}

TEST_F(RollbackSelection, TakesTheNewestBatchAndNoSecondOne) {
  call_.options.set("when_empty", std::string("batch"));
  EXPECT_EQ(refusal().code(), ExitCode::usage);  // a database that the ledger says nothing about
  logged_as_applied("1", "run-a");
  logged_as_applied("2", "run-b");
  EXPECT_EQ(run_it().summary, "2_bills rolled back");
  EXPECT_EQ(run_it().summary, "what batch run-b applied is rolled back already: nothing to do");
  EXPECT_EQ(state(), "1: clients");
}

TEST_F(RollbackSelection, TakesWhatThisPipelineApplied) {
  call_.options.set("when_empty", std::string("batch"));
  logged_as_applied("1", "pipeline-1");
  logged_as_applied("2", "pipeline-2");
  ::setenv("CI_PIPELINE_ID", "3", 1);
  EXPECT_EQ(run_it().summary, "pipeline 3 applied nothing: nothing to do");
  ::setenv("CI_PIPELINE_ID", "2", 1);
  EXPECT_EQ(run_it().summary, "2_bills rolled back");
  ::unsetenv("CI_PIPELINE_ID");
}

}  // namespace runner
