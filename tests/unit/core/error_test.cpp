#include "runner/core/error.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(Error, ShowsPlaceExcerptReasonAndHint) {
  Error error{ExitCode::usage, "unknown key 'x'"};
  error.because("line one\nline two\n\n").hint("use y").at({"a.yml", 3, 5, "one two"});
  EXPECT_EQ(error.text(),
            "error: a.yml:3:5: unknown key 'x'\n"
            "  one two\n"
            "      ^\n"
            "  because: line one\n"
            "           line two\n"
            "  hint: use y\n");
  EXPECT_STREQ(error.what(), "unknown key 'x'");
}

TEST(Error, IsOneLineWithoutAnythingElse) {
  EXPECT_EQ((Error{ExitCode::failed, "no"}.text()), "error: no\n");
}

TEST(Error, KeepsTheInnermostPlace) {
  Error error{ExitCode::usage, "x"};
  error.at({"inner.sql", 1, 2, ""}).at({"outer.yml", 9, 9, ""});
  EXPECT_EQ(error.place().path, "inner.sql");
}

TEST(ExitCode, HasTheNumbersThatPipelinesKnow) {
  EXPECT_EQ(to_int(ExitCode::passed), 0);
  EXPECT_EQ(to_int(ExitCode::failed), 1);
  EXPECT_EQ(to_int(ExitCode::usage), 2);
  EXPECT_EQ(to_int(ExitCode::environment), 3);
  EXPECT_EQ(to_int(ExitCode::busy), 4);
  EXPECT_EQ(to_int(ExitCode::refused), 5);
  EXPECT_EQ(to_int(ExitCode::unknown), 6);
  EXPECT_EQ(to_int(ExitCode::interrupted), 130);
  EXPECT_EQ(to_int(ExitCode::terminated), 143);
}

}  // namespace runner
