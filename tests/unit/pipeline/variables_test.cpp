#include "runner/pipeline/variables.hpp"
#include "runner/core/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static const Variables variables{
    {{"A", "1"}, {"EMPTY", ""}, {"BRACES", "${A}$$"}, {"DATABASE_URL", ""}, {"SUPABASE_DB_URL", "s"}}};

TEST(Substitution, ReplacesVariables) {
  const struct {
    std::string text, expected;
    std::vector<std::string> names;
  } cases[] = {
      {"", "", {}},
      {"plain", "plain", {}},
      {"${A}", "1", {"A"}},
      {"x${A}y${A}z", "x1y1z", {"A", "A"}},
      {"${EMPTY}", "", {"EMPTY"}},
      {"${A:-d}", "1", {"A"}},
      {"${EMPTY:-d}", "d", {}},
      {"${UNSET_NAME:-d}", "d", {}},
      {"${UNSET_NAME:-}", "", {}},
      {"${UNSET_NAME:-a:b-?c}", "a:b-?c", {}},
      {"${UNSET_NAME:-${A}}", "1", {"A"}},
      {"${UNSET_NAME:-x${EMPTY:-${A}}y}!", "x1y!", {"A"}},
      {"${A:-${NOT_LOOKED_AT}}!", "1!", {"A"}},
      {"${A:-${NOT:-{$$}}}!", "1}!", {"A"}},
      {"${A:?must be set}", "1", {"A"}},
      {"${BRACES}", "${A}$$", {"BRACES"}},
      {"$$", "$", {}},
      {"$${A}", "${A}", {}},
      {"$$$${A}", "$${A}", {}},
      {"$$${A}", "$1", {"A"}},
      {"cost: 5$", "cost: 5$", {}},
      {"$A $1 {A}", "$A $1 {A}", {}},
      {"${DATABASE_URL:-}", "s", {"SUPABASE_DB_URL"}},
      {"${DATABASE_URL}", "s", {"SUPABASE_DB_URL"}},
  };
  for (const auto& c : cases) {
    const Substituted result = substitute(c.text, variables);
    EXPECT_EQ(result.text, c.expected) << c.text;
    EXPECT_EQ(result.names, c.names) << c.text;
  }
}

TEST(Substitution, SaysWhatIsWrongAndInWhichColumn) {
  const struct {
    std::string text, message;
    int column;
  } cases[] = {
      {"${UNSET_NAME}", "variable UNSET_NAME is not set", 1},
      {"äö${UNSET_NAME}", "variable UNSET_NAME is not set", 3},
      {"${EMPTY:?say why}", "variable EMPTY is not set: say why", 1},
      {"${UNSET_NAME:?}", "variable UNSET_NAME is not set", 1},
      {"a ${A", "'${' is never closed", 3},
      {"${A:-x", "'${' is never closed", 1},
      {"${A:?x", "'${' is never closed", 1},
      {"${UNSET_NAME:-${A}", "'${' is never closed", 1},
      {"${", "'${' is never closed", 1},
      {"${}", "'' is no variable name", 1},
      {"${1A}", "'1A' is no variable name", 1},
      {"${A B}", "'A B' is no variable name", 1},
      {"${A:x}", "after '${A:' comes neither '-' nor '?'", 1},
      {"${A:}", "after '${A:' comes neither '-' nor '?'", 1},
  };
  for (const auto& c : cases) {
    try {
      substitute(c.text, variables);
      ADD_FAILURE() << c.text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), c.message) << c.text;
      EXPECT_EQ(error.place().column, c.column) << c.text;
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_FALSE(error.advice().empty()) << c.text;
    }
  }
}

TEST(Variables, GivenOnesComeBeforeTheEnvironment) {
  ::setenv("RUNNER_TEST_VARIABLE", "environment", 1);
  EXPECT_EQ(Variables{}.find("RUNNER_TEST_VARIABLE"), "environment");
  const Variables given{{{"RUNNER_TEST_VARIABLE", "given"}}};
  EXPECT_EQ(given.find("RUNNER_TEST_VARIABLE"), "given");
  ::unsetenv("RUNNER_TEST_VARIABLE");
  EXPECT_EQ(Variables{}.find("RUNNER_TEST_VARIABLE"), std::nullopt);
}

}  // namespace runner
