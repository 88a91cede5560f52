#include "runner/migration/remedy.hpp"

#include "tests/support/project_folder.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

TEST(Remedy, LeavesPlainWordsAlone) {
  EXPECT_EQ(shell_word("migrations/20260101_add-x.sql"), "migrations/20260101_add-x.sql");
}

TEST(Remedy, QuotesWhatAShellWouldInterpret) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(rm x)"), "'$(rm x)'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(move_command("a b", "c"), "git mv 'a b' c");
}

TEST(Remedy, AShellReadsBackEveryByteThatAFileNameCanHave) {
  std::string every;
  for (int c = 1; c < 256; ++c)
    if (c != '/') every += static_cast<char>(c);
  testing::ProjectFolder project;
  const std::vector<std::string> names{every.substr(0, 120), every.substr(120), "100%\n%s\\1'"};
  for (const std::string& name : names) {
    project.shell("touch -- " + shell_word(name));
    EXPECT_TRUE(std::filesystem::exists(project / name));
  }
}

TEST(Remedy, TheNextVersionOfATimestampIsOneSecondLater) {
  EXPECT_EQ(next_version("20260309060000"), "20260309060001");
  EXPECT_EQ(next_version("20261231235959"), "20270101000000");
  EXPECT_EQ(next_version("20240228235959"), "20240229000000");
}

TEST(Remedy, OtherVersionsAreCountedUpInTheirWidth) {
  EXPECT_EQ(next_version(""), "1");
  EXPECT_EQ(next_version("0008"), "0009");
  EXPECT_EQ(next_version("0199"), "0200");
  EXPECT_EQ(next_version("20269909060000"), "20269909060001");  // no such month: just a number
}

TEST(Remedy, TheNextVersionIsAlwaysGreaterAsAString) {
  for (const std::string version : {"9", "99", "0", "09", "99999999999999", "20260309060059", "1999"})
    EXPECT_GT(next_version(version), version);
}

}  // namespace runner
