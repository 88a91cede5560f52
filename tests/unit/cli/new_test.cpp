#include "temporary_project.hpp"

#include <filesystem>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace runner {

class New : public testing::Test {
 protected:
  void SetUp() override { project_.write("pipeline.yml", "version: 1\nstages: {s: [history]}\n"); }
  /// The version in the first line of the output.
  std::string version() const {
    const std::string out = project_.out();
    return out.substr(out.find('/') + 1, out.find('_') - out.find('/') - 1);
  }
  TemporaryProject project_;
};

TEST_F(New, MakesBothFilesAndPrintsThem) {
  ASSERT_EQ(project_.call({"new", "Add due-date"}), 0) << project_.log();
  std::smatch match;
  const std::string out = project_.out();
  ASSERT_TRUE(std::regex_match(out, match,
                               std::regex("(migrations/(\\d{14})_add_due_date.sql)\n"
                                          "(rollbacks/(\\d{14})_add_due_date.rollback.sql)\n")))
      << out;
  EXPECT_EQ(match[2], match[4]);
  EXPECT_TRUE(project_.read(match[1]).starts_with("-- "));
  EXPECT_TRUE(project_.read(match[3]).starts_with("-- "));
}

TEST_F(New, IsNewerThanTheNewest) {
  const struct {
    const char *newest, *expected;
  } cases[] = {{"29990101000000", "29990101000001"},
               {"29990101000999", "29990101001000"},
               {"3", "4"},
               {"99", "990"},
               {"99999999999999999998", "99999999999999999999"}};
  for (const auto& c : cases) {
    std::filesystem::remove_all(project_.path() / "migrations");
    std::filesystem::remove_all(project_.path() / "rollbacks");
    project_.write("migrations/" + std::string(c.newest) + "_a.sql", "select 1;");
    ASSERT_EQ(project_.call({"new", "x"}), 0) << project_.log();
    EXPECT_EQ(version(), c.expected);
    EXPECT_GT(version(), c.newest);
  }
}

TEST_F(New, TwoInOneSecondDiffer) {
  ASSERT_EQ(project_.call({"new", "x"}), 0);
  const std::string first = version();
  ASSERT_EQ(project_.call({"new", "x"}), 0);
  EXPECT_GT(version(), first);
}

TEST_F(New, AnOrphanedRollbackGetsNoMigrationByChance) {
  project_.write("rollbacks/29990101000000_x.rollback.sql", "select 1;");
  ASSERT_EQ(project_.call({"new", "x"}), 0) << project_.log();
  EXPECT_EQ(version(), "29990101000001");
}

TEST_F(New, RefusesTheEndOfAllVersions) {
  project_.write("migrations/99999999999999999999_a.sql", "select 1;");
  EXPECT_EQ(project_.call({"new", "x"}), 2);
  EXPECT_NE(project_.log().find("no version comes after 99999999999999999999"), std::string::npos);
}

TEST_F(New, RefusesWhatIsNoName) {
  for (const char* name : {"", "../x", "a/b", "a.sql", "größe", "a;b", "a\nb"}) {
    EXPECT_EQ(project_.call({"new", name}), 2) << name;
    EXPECT_FALSE(project_.has("migrations")) << name;
  }
  EXPECT_EQ(project_.call({"new", std::string(101, 'a')}), 2);
  EXPECT_EQ(project_.call({"new", "a", "b"}), 2);
  EXPECT_EQ(project_.call({"new"}), 2);
}

TEST_F(New, LeavesNoHalfBehind) {
  project_.write("rollbacks", "a file where the folder should be");
  EXPECT_EQ(project_.call({"new", "x"}), 3);
  EXPECT_EQ(project_.log(), "error: cannot make the folder '" + (project_.path() / "rollbacks").string() +
                                "'\n  because: Not a directory\n");
  EXPECT_TRUE(!project_.has("migrations") || std::filesystem::is_empty(project_.path() / "migrations"));
}

}  // namespace runner
