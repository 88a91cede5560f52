#include "runner/core/file.hpp"
#include "runner/core/error.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace runner {

namespace fs = std::filesystem;

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "runner-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(File, ReadsBackWhatWasWritten) {
  std::string text(200'000, 'x');
  text += std::string("\0\xFF", 2);
  write_file(folder_ / "a b.txt", text);
  EXPECT_EQ(read_file(folder_ / "a b.txt"), text);
  write_file(folder_ / "a b.txt", "");
  EXPECT_EQ(read_file(folder_ / "a b.txt"), "");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 1);
}

TEST_F(File, GetsTheModeThatWasAskedFor) {
  write_file(folder_ / "secret", "x", 0600);
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(File, NamesWhatCannotBeReadOrWritten) {
  try {
    read_file(folder_ / "none", ExitCode::usage);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), "cannot read '" + (folder_ / "none").string() + "'");
    EXPECT_EQ(error.reason(), "No such file or directory");
  }
  EXPECT_THROW(read_file(folder_), Error);
  EXPECT_THROW(write_file(folder_ / "no" / "folder", ""), Error);
  fs::create_directory(folder_ / "folder");
  EXPECT_THROW(write_file(folder_ / "folder", "x"), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 1);
}

TEST(DisplayPath, IsRelativeInsideTheRoot) {
  EXPECT_EQ(display_path("/r/a/../b.sql", "/r"), "b.sql");
  EXPECT_EQ(display_path("/r/b.sql", "/r/"), "b.sql");
  EXPECT_EQ(display_path("/r/..b/c", "/r"), "..b/c");
  EXPECT_EQ(display_path("/rx/b.sql", "/r"), "/rx/b.sql");
  EXPECT_EQ(display_path("/r", "/r"), ".");
}

}  // namespace runner
