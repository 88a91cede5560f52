#include "runner/pipeline/job_variables.hpp"

#include "runner/report/dotenv.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

static LedgerEntry entry(const std::string& action, const std::string& version,
                         std::optional<std::string> restore_point = std::nullopt) {
  LedgerEntry made;
  made.action = action;
  made.version = version;
  made.restore_point = std::move(restore_point);
  return made;
}

TEST(JobVariables, TellWhatTheBatchAppliedOldestFirst) {
  const JobVariables expected{{"RUNNER_BATCH", "pipeline-7"},
                              {"RUNNER_VERSION_COUNT", "2"},
                              {"RUNNER_VERSIONS", "20260301000000,20260302000000"},
                              {"RUNNER_RESTORE_POINT", "runner_20260301000000"},
                              {"RUNNER_RESTORE_LSN", "0/16B3748"}};
  EXPECT_EQ(variables_of_batch("pipeline-7",
                               {entry("apply", "20260302000000", "runner_20260302000000 at 0/16B9999"),
                                entry("apply", "20260301000000", "runner_20260301000000 at 0/16B3748")}),
            expected);
}

TEST(JobVariables, LeaveOutWhatWasTakenBackSince) {
  const JobVariables variables =
      variables_of_batch("pipeline-7", {entry("apply", "3"), entry("rollback", "2"), entry("apply", "2"),
                                        entry("apply", "1"), entry("rollback", "1"), entry("apply", "1")});
  EXPECT_EQ(variables.at("RUNNER_VERSIONS"), "1,3");
  EXPECT_EQ(variables.at("RUNNER_VERSION_COUNT"), "2");
}

TEST(JobVariables, SayThatABatchAppliedNothing) {
  const JobVariables expected{
      {"RUNNER_BATCH", "pipeline-7"}, {"RUNNER_VERSION_COUNT", "0"}, {"RUNNER_VERSIONS", ""}};
  EXPECT_EQ(variables_of_batch("pipeline-7", {}), expected);
}

TEST(JobVariables, StayBelowTheSizeThatGitLabTakes) {
  std::vector<LedgerEntry> entries;
  for (int number = 999; number >= 0; --number)
    entries.push_back(
        entry("apply", fmt::format("{:020}", number), "runner_99999999999999999999 at F/FFFFFFFF"));
  const JobVariables variables = variables_of_batch("pipeline-7", entries);
  EXPECT_EQ(variables.at("RUNNER_VERSION_COUNT"), "1000");
  EXPECT_TRUE(variables.at("RUNNER_VERSIONS").ends_with(",00000000000000000999"));
  EXPECT_LT(dotenv_report(variables).size(), 5 * 1024U);
}

}  // namespace runner
