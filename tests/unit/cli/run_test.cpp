#include "temporary_project.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {

class Run : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("pipeline.yml",
                   "version: 1\n"
                   "tiers: {merge_request: [one, two], default_branch: [two], manual: []}\n"
                   "stages: {one: [history], two: [history], with:colon: [history]}\n");
    project_.write("migrations/1_a.sql", "select 1;");
    project_.write("rollbacks/1_a.rollback.sql", "select 1;");
  }
  bool says(const std::string& text) const { return project_.log().find(text) != std::string::npos; }
  TemporaryProject project_;
};

TEST_F(Run, LeavesReportsNamedByTheStage) {
  ASSERT_EQ(project_.call({"run", "with:colon"}), 0) << project_.log();
  EXPECT_TRUE(project_.has("runner-report/with-colon.junit.xml"));
  EXPECT_TRUE(project_.has("runner-report/with-colon.json"));
  EXPECT_EQ(project_.out(), "");
  EXPECT_TRUE(says("with:colon: passed: ")) << project_.log();
}

TEST_F(Run, GivesTheReportToStdoutWhenAsked) {
  ASSERT_EQ(project_.call({"run", "one", "--format", "json", "--report-dir", "r/s"}), 0) << project_.log();
  EXPECT_EQ(nlohmann::json::parse(project_.out())["stage"], "one");
  EXPECT_TRUE(project_.has("r/s/one.json"));
  EXPECT_FALSE(project_.has("runner-report"));
}

TEST_F(Run, RunsTheStagesOfATierUpToTheFirstThatFails) {
  ASSERT_EQ(project_.call({"run", "--tier", "merge_request"}), 0) << project_.log();
  EXPECT_TRUE(says("one: passed")) << project_.log();
  EXPECT_TRUE(says("two: passed"));
  project_.write("migrations/1_b.sql", "select 1;");
  EXPECT_EQ(project_.call({"run", "--tier", "merge_request"}), 1);
  EXPECT_TRUE(says("one: failed")) << project_.log();
  EXPECT_FALSE(says("two: "));
  EXPECT_NE(project_.read("runner-report/one.junit.xml").find("<failure"), std::string::npos);
}

TEST_F(Run, GitLabsVariablesChooseTheTier) {
  ::setenv("CI_PIPELINE_SOURCE", "merge_request_event", 1);
  EXPECT_EQ(project_.call({"run"}), 0) << project_.log();
  EXPECT_TRUE(says("one: passed"));
  ::setenv("CI_PIPELINE_SOURCE", "push", 1);
  ::setenv("CI_COMMIT_BRANCH", "trunk", 1);
  ::setenv("CI_DEFAULT_BRANCH", "trunk", 1);
  EXPECT_EQ(project_.call({"run"}), 0) << project_.log();
  EXPECT_FALSE(says("one: "));
  EXPECT_TRUE(says("two: passed"));
  ::setenv("CI_COMMIT_BRANCH", "topic", 1);
  EXPECT_EQ(project_.call({"run"}), 2);
  EXPECT_TRUE(says("error: no stage is named, and GitLab's variables say no tier")) << project_.log();
  EXPECT_TRUE(says("branch 'topic' is not the default branch"));
}

TEST_F(Run, SaysWhatIsWrong) {
  const struct {
    std::vector<std::string> words;
    int code;
    const char* log;
  } cases[] = {
      {{"run"},
       2,
       "error: no stage is named, and GitLab's variables say no tier\n  because: CI_PIPELINE_SOURCE is not "
       "merge_request_event, and CI_COMMIT_BRANCH is not set\n  hint: write 'runner run STAGE' with one of "
       "one, two, with:colon\n"},
      {{"run", "onr"}, 2, "error: unknown stage 'onr'\n  hint: did you mean 'one'?\n"},
      {{"run", "--tier", "manul"}, 2, "error: unknown tier 'manul'\n  hint: did you mean 'manual'?\n"},
      {{"run", "--tier", "manual"},
       2,
       "error: tier 'manual' has no stages in the pipeline file\n  hint: list stages "
       "there, or name one of one, two, with:colon\n"},
      {{"run", "one", "--tier", "manual"}, 2, "error: both a stage and --tier are given\n  hint: keep one\n"},
      {{"run", "one", "-v", "-q"}, 2, "error: both --verbose and --quiet are given\n  hint: keep one\n"},
      {{"run", "one", "--report-dir", "pipeline.yml"},
       3,
       "error: cannot make the report folder 'pipeline.yml'\n"
       "  because: Not a directory\n"
       "  hint: name another folder with --report-dir, or leave the option out\n"},
      {{"run", "one", "--report-dir", "/proc/nothing"},
       3,
       "error: cannot make the report folder '/proc/nothing'\n"
       "  because: No such file or directory\n"
       "  hint: name another folder with --report-dir, or leave the option out\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(project_.call(c.words), c.code) << c.log;
    EXPECT_EQ(project_.log(), c.log);
    EXPECT_FALSE(project_.has("runner-report"));
  }
}

TEST_F(Run, AReportThatNobodyAskedForMayFail) {
  project_.write("runner-report", "a file where the folder should be");
  EXPECT_EQ(project_.call({"run", "one"}), 0);
  EXPECT_TRUE(says("warning: no reports: ")) << project_.log();
}

TEST_F(Run, AnErrorLeavesAReportToo) {
  std::filesystem::remove_all(project_.path() / "migrations");
  EXPECT_EQ(project_.call({"run", "one"}), 2);
  EXPECT_EQ(nlohmann::json::parse(project_.read("runner-report/one.json"))["exit_code"], 2);
  EXPECT_NE(project_.read("runner-report/one.junit.xml").find("<error"), std::string::npos);
}

TEST_F(Run, TheCommandToRepeatHasNoValues) {
  std::filesystem::remove_all(project_.path() / "migrations");
  EXPECT_EQ(project_.call({"run", "one", "--var", "TOKEN=sesame", "--pipeline", "pipeline.yml"}), 2);
  EXPECT_TRUE(says("runner run one --pipeline pipeline.yml --var TOKEN=...")) << project_.log();
  EXPECT_FALSE(says("sesame"));
}

}  // namespace runner
