#include "runner/core/exit_code.hpp"
#include "runner/core/file.hpp"
#include "tests/faults/fault_project.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace runner {

/// What a person, or a merge request's author, may give to the built program.
class HostileInput : public testing::Test {
 protected:
  HostileInput() {
    project_.add("1", "CREATE TABLE a (n int)", "DROP TABLE a");
    project_.apply(database_.url())->wait();
    before_ = state_of(admin_);
  }

  FaultProject project_{};
  const TestDatabase database_{};
  Session admin_ = database_.admin();
  std::string before_{};
};

struct HostileVersion {
  const char* name;
  std::string value;
};

class HostileVersionTest : public HostileInput, public testing::WithParamInterface<HostileVersion> {};

TEST_P(HostileVersionTest, IsAMistakeOfUsageAndChangesNothing) {
  Program run(project_.path(), "migrate:rollback", database_.url(),
              {{"MIGRATION_VERSION", GetParam().value}});
  EXPECT_EQ(run.wait(), to_int(ExitCode::usage)) << run.told();
  const std::string told = run.told();
  EXPECT_TRUE(holds(told, "error: 'version' of step 'rollback' is no version: '")) << told;
  EXPECT_TRUE(holds(told, "hint: give 1 to 20 digits and nothing else")) << told;
  // The last line says it again: neither may be long, or hold what steers a terminal.
  EXPECT_EQ(std::count(told.begin(), told.end(), '\x1b'), 0) << told;
  EXPECT_LT(told.size(), 1000U) << told;
  EXPECT_EQ(state_of(admin_), before_);
}

INSTANTIATE_TEST_SUITE_P(Of, HostileVersionTest,
                         testing::Values(HostileVersion{"Star", "*"}, HostileVersion{"Path", "../x"},
                                         HostileVersion{"Statement", "1;drop"},
                                         HostileVersion{"300Digits", std::string(300, '1')},
                                         HostileVersion{"Newline", "1\n2"},
                                         HostileVersion{"Escape", "\x1b[31m1"},
                                         HostileVersion{"Quote", "1' OR '1'='1"}),
                         [](const auto& version) { return version.param.name; });

static constexpr const char* check_that_applies = R"(version: 1
database:
  url: "${DATABASE_URL}"
tiers:
  merge_request: [migrate:check]
stages:
  migrate:check:
    - history
    - apply
  migrate:rollback:
    - rollback: { version: "${MIGRATION_VERSION:-}" }
)";

TEST_F(HostileInput, AMergeRequestThatAddsApplyToItsStageIsRefused) {
  write_file(project_.path() / "pipeline.yml", check_that_applies);
  project_.add("2", "CREATE TABLE b (n int)");
  for (const char* stage : {"migrate:check", "migrate:rollback"})
    for (const char* variable : {"DATABASE_URL", "RUNNER_CHECK_URL"}) {
      Program run(project_.path(), stage, database_.url(),
                  {{"CI", "true"},
                   {"CI_PIPELINE_SOURCE", "merge_request_event"},
                   {variable, database_.url().uri()},
                   {"MIGRATION_VERSION", "1"}});
      EXPECT_EQ(run.wait(), to_int(ExitCode::refused)) << run.told();
      EXPECT_TRUE(holds(run.told(), "changes a database, and does not run in a merge request pipeline"))
          << run.told();
      EXPECT_EQ(state_of(admin_), before_);
    }
}

}  // namespace runner
