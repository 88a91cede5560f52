#include "stages/exec/exec.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "stages/exec/program_output.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

namespace {
/// One call of the step with a plan of one applied and one pending migration.
class Exec : public ::testing::Test {
 protected:
  void give(const std::string& name, OptionValue value) { given_.set(name, std::move(value)); }
  void shell(const std::string& script) {
    give("program", std::string("sh"));
    give("arguments", std::vector<std::string>{"-c", script});
  }
  Outcome run() {
    add_defaults(exec.options, given_);
    plan_.applied = {{"1", "a", {}}};
    plan_.pending = {{.version = "2", .name = "b", .path = folder_ / "2_b.sql", .shown_path = "2_b.sql"}};
    Shadows shadows({}, history_, nullptr, nullptr, reporter_);
    Services use{nullptr, shadows, reporter_, stop_};
    return exec.run({"migrate:check", given_, plan_, history_, folder_.path()}, use);
  }

  TestFolder folder_{};
  QuietReporter reporter_{};

 private:
  Options given_{};
  Plan plan_{};
  HistoryTable history_{};
  StopSignal stop_{};
};
}  // namespace

TEST_F(Exec, PassesWhenTheProgramDoes) {
  shell("echo fine");
  const Outcome outcome = run();
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary.find("'sh' succeeded, "), 0U) << outcome.summary;
  ASSERT_EQ(reporter_.details.size(), 1U);
  EXPECT_EQ(reporter_.details[0], "stdout:\nfine");
}

TEST_F(Exec, TellsTheExitStatusAndTheEndOfTheOutput) {
  shell("i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); done; echo why >&2; exit 3");
  const Outcome outcome = run();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].message, "'sh' ended with exit status 3");
  EXPECT_EQ(outcome.findings[0].detail.find("stderr:\nwhy\nstdout:\n(10 lines before)\nline 10\n"), 0U)
      << outcome.findings[0].detail;
  EXPECT_EQ(outcome.cases.at(0).status, CaseStatus::failed);
}

TEST_F(Exec, TellsTheSignal) {
  shell("kill -9 $$");
  EXPECT_EQ(run().findings.at(0).message, "'sh' was ended by signal 9 (Killed)");
}

TEST_F(Exec, EndsWhatRunsTooLong) {
  shell("echo started; sleep 600");
  give("timeout", std::chrono::milliseconds(200));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.findings.at(0).rule, "program-timed-out");
  EXPECT_EQ(outcome.findings.at(0).message, "'sh' still ran after 200 ms and was ended");
  EXPECT_NE(outcome.findings.at(0).detail.find("started"), std::string::npos);
}

TEST_F(Exec, HandsThePlanToTheProgram) {
  shell("cat > seen.json");
  EXPECT_FALSE(run().failed());
  const std::string seen = read_file(folder_ / "seen.json");
  for (const char* part : {"\"format\": 1", "\"stage\": \"migrate:check\"", "\"applied\": [\n    \"1\"\n  ]",
                           "\"version\": \"2\"", "\"path\": \"2_b.sql\"", "\"rollback\": null"})
    EXPECT_NE(seen.find(part), std::string::npos) << part << " in " << seen;
}

TEST_F(Exec, PassesNoVariableThatIsNotListed) {
  const testing::ScopedVariable listed("EXEC_TEST_LISTED", "seen");
  const testing::ScopedVariable other("DATABASE_URL", "postgres://u:hunter22@h/d");
  give("environment", std::vector<std::string>{"EXEC_TEST_LISTED", "EXEC_TEST_UNSET"});
  shell("echo \"[$EXEC_TEST_LISTED] [$DATABASE_URL] [${EXEC_TEST_UNSET-unset}]\"; exit 1");
  EXPECT_EQ(run().findings.at(0).detail, "stdout:\n[seen] [] [unset]\n");
}

TEST_F(Exec, HidesTheSecretsThatItPassed) {
  const testing::ScopedVariable token("EXEC_TEST_TOKEN", "tok-8231");
  const testing::ScopedVariable url("EXEC_TEST_URL", "postgres://u:p%40ssw0rd@h/d");
  give("environment", std::vector<std::string>{"EXEC_TEST_TOKEN", "EXEC_TEST_URL"});
  shell("echo \"$EXEC_TEST_TOKEN $EXEC_TEST_URL p@ssw0rd\"; exit 1");
  EXPECT_EQ(run().findings.at(0).detail, "stdout:\n[hidden] postgres://u:[hidden]@h/d [hidden]\n");
}

TEST_F(Exec, SaysWhenOutputWasDropped) {
  shell("head -c 5000 /dev/zero | tr '\\0' x; exit 1");
  give("output_limit", std::int64_t{100});
  const std::string detail = run().findings.at(0).detail;
  EXPECT_EQ(detail, "stdout:\n" + std::string(100, 'x') + "\n(what came after output_limit is not kept)\n");
}

TEST_F(Exec, CannotJudgeWithoutTheProgram) {
  give("program", std::string("no-such-program-here"));
  try {
    run();
    ADD_FAILURE() << "ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.message().find("no-such-program-here"), std::string::npos);
  }
}

TEST_F(Exec, RefusesAFolderThatIsNone) {
  shell("true");
  give("folder", std::string("nowhere"));
  try {
    run();
    ADD_FAILURE() << "ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), "folder 'nowhere' of step 'exec' is not a folder");
  }
}

TEST(LastLines, CleansWhatATerminalOrXmlCannotTake) {
  EXPECT_EQ(last_lines("\x1b[31mred\x1b[0m\r\n\xFF\n\n", 5), "red\n\xEF\xBF\xBD\n");
  EXPECT_EQ(last_lines("\n\n", 5), "");
}

}  // namespace runner
