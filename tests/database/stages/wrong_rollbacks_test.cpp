#include "tests/database/stages/wrong_rollbacks.hpp"
#include "tests/database/stages/round_trip_call.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

/// All of them as one project: a wrong rollback must not disturb the verdict on the next.
static void expect_each_is_told(std::span<const WrongRollback> wrong) {
  RoundTripCall call;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    call.pending(fmt::format("{:03}", 2 * i), "before", std::string(wrong[i].before));
    call.pair(fmt::format("{:03}", 2 * i + 1), std::string(wrong[i].up), std::string(wrong[i].down));
  }
  const Outcome outcome = call.tried();
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    SCOPED_TRACE(wrong[i].name);
    const std::string subject = fmt::format("{:03}_x", 2 * i + 1);
    std::string told;
    for (const Finding& finding : outcome.findings)
      if (finding.subject == subject && finding.severity != Severity::info)
        told += fmt::format("{}{}: {}", told.empty() ? "" : "; ", finding.rule, finding.message);
    EXPECT_EQ(told, wrong[i].told);
  }
}

TEST(WrongRollbacks, ThatLeaveSomethingAreNamed) {
  expect_each_is_told(rollbacks_that_leave_something);
}

TEST(WrongRollbacks, ThatFailAreNamed) {
  expect_each_is_told(rollbacks_that_fail);
}

TEST(WrongRollbacks, ThatLoseDataAreNamed) {
  expect_each_is_told(rollbacks_that_lose_data);
}

}  // namespace runner
