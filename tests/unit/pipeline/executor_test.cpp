#include "runner/pipeline/executor.hpp"
#include "runner/core/error.hpp"
#include "sample_handlers.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

/// Writes down what it is told.
class Notebook final : public Reporter {
 public:
  std::vector<std::string> lines{};

  void say(std::string_view line) override { add("say ", line); }
  void detail(std::string_view) override {}
  void warn(std::string_view line) override { add("warn ", line); }
  void progress(std::size_t, std::size_t, std::string_view) override {}
  void stage_started(std::string_view stage, std::string_view intent) override {
    lines.push_back(std::string(stage) + ": " + std::string(intent));
  }
  void step_started(std::string_view, std::string_view handler, std::string_view intent) override {
    lines.push_back(std::string(handler) + ": " + std::string(intent));
  }
  void step_finished(std::string_view, const StepReport& step) override {
    lines.push_back(step.handler + " " + std::string(to_string(step.status)));
  }
  void stage_finished(const StageReport& stage) override { lines.push_back("end " + stage.verdict); }

 private:
  void add(const char* what, std::string_view line) { lines.push_back(what + std::string(line)); }
};

class Executor : public testing::Test {
 protected:
  void SetUp() override {
    behaviour().clear();
    folder_.write("migrations/1_a.sql", "select 1;");
    folder_.write("rollbacks/1_a.rollback.sql", "select 1;");
  }

  StageReport run(const std::string& steps, std::map<std::string, std::string> variables = {
                                                {"DATABASE_URL", ""}, {"SUPABASE_DB_URL", ""}}) {
    const auto file = folder_.write("p.yml", "version: 1\nstages: {s: " + steps + "}\n");
    const Pipeline pipeline =
        load_pipeline(file, folder_.path(), Variables{std::move(variables)}, sample_handlers());
    return run_stage({pipeline, pipeline.stages.front(), "", "runner run s"}, notebook_, stop_);
  }

  static std::vector<std::string> statuses(const StageReport& report) {
    std::vector<std::string> words;
    for (const StepReport& step : report.steps) words.emplace_back(to_string(step.status));
    return words;
  }

  TemporaryFolder folder_;
  Notebook notebook_;
  StopSignal stop_;
};

using Words = std::vector<std::string>;

static Outcome failing(const StepInput&, Services&) {
  return {.findings = {{.rule = "bad", .message = "bad"}}, .summary = "1 error"};
}

/// Durations differ from run to run.
static std::string without_duration(const std::string& verdict) {
  return verdict.substr(0, verdict.rfind(", "));
}

TEST_F(Executor, RunsTheStepsInOrderAndSaysSoBefore) {
  const StageReport report = run("[check, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::passed);
  EXPECT_EQ(statuses(report), (Words{"passed", "passed"}));
  EXPECT_EQ(without_duration(report.verdict), "passed: query done");
  ASSERT_EQ(notebook_.lines.size(), 8U);
  EXPECT_EQ(notebook_.lines[0], "s: will run check, then query");
  EXPECT_TRUE(notebook_.lines[1].starts_with("say compared with: ")) << notebook_.lines[1];
  EXPECT_EQ(notebook_.lines[2], "say 1 pending migration, 0 applied");
  EXPECT_EQ(notebook_.lines[3], "check: look at 1 files");
  EXPECT_EQ(notebook_.lines[4], "check passed");
  EXPECT_EQ(notebook_.lines[5], "query: look at 1 files");
  EXPECT_TRUE(notebook_.lines[7].starts_with("end passed"));
}

TEST_F(Executor, StopsAtTheFirstFailure) {
  behaviour()["check"] = failing;
  const StageReport report = run("[check, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::failed);
  EXPECT_EQ(statuses(report), (Words{"failed", "skipped"}));
  EXPECT_EQ(without_duration(report.verdict), "failed: check: 1 error");
}

TEST_F(Executor, GoesOnWhenTheStepSaysSoAndKeepsTheFirstCode) {
  behaviour()["check"] = [](const StepInput&, Services&) -> Outcome {
    throw Error{ExitCode::environment, "no tool"};
  };
  behaviour()["query"] = failing;
  const StageReport report =
      run("[check: {on_failure: continue}, query: {sql: x, on_failure: continue}, check: {on_failure: "
          "continue}]");
  EXPECT_EQ(report.exit_code, ExitCode::environment);
  EXPECT_EQ(statuses(report), (Words{"error", "failed", "error"}));
  EXPECT_EQ(without_duration(report.verdict), "failed: no tool (check)");
}

TEST_F(Executor, AFindingBelowFailOnDoesNotFail) {
  behaviour()["check"] = [](const StepInput&, Services&) -> Outcome {
    return {.findings = {{.rule = "odd", .severity = Severity::warning}}};
  };
  EXPECT_EQ(run("[check]").exit_code, ExitCode::passed);
}

TEST_F(Executor, ALibrarysExceptionBecomesPartOfTheReport) {
  behaviour()["check"] = [](const StepInput&, Services&) -> Outcome { throw std::logic_error("oops"); };
  const StageReport report = run("[check, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::environment);
  ASSERT_TRUE(report.steps.at(0).error);
  EXPECT_EQ(report.steps.at(0).error->message(), "internal error");
  EXPECT_EQ(report.steps.at(0).error->reason(), "oops");
  EXPECT_EQ(statuses(report), (Words{"error", "skipped"}));
}

TEST_F(Executor, AnErrorBeforeTheFirstStepSkipsAll) {
  std::filesystem::remove_all(folder_.path() / "migrations");
  const StageReport report = run("[check, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::usage);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(statuses(report), (Words{"skipped", "skipped"}));
  EXPECT_EQ(notebook_.lines.size(), 2U);
}

TEST_F(Executor, ABadAddressIsAUsageErrorThatDoesNotRepeatIt) {
  const StageReport report = run("[check]", {{"DATABASE_URL", "postgres://u:sesame-open@[bad/x"}});
  EXPECT_EQ(report.exit_code, ExitCode::usage);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->text().find("sesame"), std::string::npos);
}

TEST_F(Executor, AnInterruptionEndsTheStageEvenWhenStepsWouldContinue) {
  behaviour()["check"] = [](const StepInput&, Services& use) -> Outcome {
    std::raise(SIGINT);
    use.stop.check();
    return {};
  };
  const StageReport report = run("[check: {on_failure: continue}, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::interrupted);
  EXPECT_EQ(statuses(report), (Words{"interrupted", "skipped"}));
  EXPECT_EQ(without_duration(report.verdict), "interrupted by SIGINT (check)");
}

TEST_F(Executor, ATerminationBetweenStepsIsTerminated) {
  behaviour()["check"] = [](const StepInput&, Services&) -> Outcome {
    std::raise(SIGTERM);
    return {};
  };
  const StageReport report = run("[check, query: {sql: x}]");
  EXPECT_EQ(report.exit_code, ExitCode::terminated);
  EXPECT_EQ(statuses(report), (Words{"passed", "interrupted"}));
}

TEST_F(Executor, RefusesToWriteInCiWithoutADatabase) {
  ::setenv("CI", "true", 1);
  const StageReport report = run("[apply]");
  ::unsetenv("CI");
  EXPECT_EQ(report.exit_code, ExitCode::usage);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->message(), "stage 's' changes a database, and none is named");
}

}  // namespace runner
