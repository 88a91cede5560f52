#include "runner/migration/acknowledgements.hpp"

#include "runner/core/error.hpp"
#include "tests/support/project_folder.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::ScopedVariable;

TEST(Acknowledgements, ComeFromTheStepAndFromTheEnvironment) {
  Options options;
  EXPECT_FALSE(Acknowledgements::of(options).has("edited-history"));
  options.set("allow", std::vector<std::string>{"edited-history"});
  const ScopedVariable set("RUNNER_ALLOW", " data-loss,unproven  not-newest, ");
  const Acknowledgements given = Acknowledgements::of(options);
  for (const std::string word : {"edited-history", "data-loss", "unproven", "not-newest"})
    EXPECT_TRUE(given.has(word)) << word;
  EXPECT_FALSE(given.has("out-of-order"));
}

TEST(Acknowledgements, RefuseAWordThatNoStageKnows) {
  const ScopedVariable set("RUNNER_ALLOW", "data-lost");
  try {
    Acknowledgements::of(Options{});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(error.advice().find("data-loss"), std::string::npos);
  }
}

TEST(Acknowledgements, SayWhatToSetBesideTheWordsThatAreThere) {
  {
    const ScopedVariable none("RUNNER_ALLOW", "");
    EXPECT_EQ(Acknowledgements::to_add("data-loss"), "RUNNER_ALLOW=data-loss");
  }
  const ScopedVariable set("RUNNER_ALLOW", " not-newest ");
  EXPECT_EQ(Acknowledgements::to_add("data-loss"), "RUNNER_ALLOW=not-newest,data-loss");
}

}  // namespace runner
