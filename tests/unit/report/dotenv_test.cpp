#include "runner/report/dotenv.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(Dotenv, WritesOneVariableALine) {
  EXPECT_EQ(dotenv_report({{"RUNNER_BATCH", "pipeline-4711"}, {"RUNNER_VERSIONS", "1,2"}}),
            "RUNNER_BATCH=pipeline-4711\nRUNNER_VERSIONS=1,2\n");
}

TEST(Dotenv, KeepsOfAValueOnlyWhatNobodyCanReadAsAnythingElse) {
  EXPECT_EQ(dotenv_report({{"A", "x\nB=$(id) \"y\" # z\x1b"}, {"LSN", "0/16B3748"}}),
            "A=xBidyz\nLSN=0/16B3748\n");
}

TEST(Dotenv, LeavesOutWhatHasNoValue) {
  EXPECT_EQ(dotenv_report({{"A", ""}, {"B", " \n"}}), "");
}

}  // namespace runner
