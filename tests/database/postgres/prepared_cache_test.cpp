#include "runner/postgres/prepared_cache.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace runner {

namespace fs = std::filesystem;

class PreparedCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "data/base/5");
    write_file(folder_ / "data/PG_VERSION", "15\n");
    write_file(folder_ / "data/base/5/1", std::string(10'000, 'x'));
    write_file(folder_ / "data/base/5/empty", "");
  }
  fs::path data() const { return folder_ / "data"; }
  fs::path cache() const { return folder_ / "cache"; }
  void publish(const std::string& name, int used) {
    publish_prepared(data(), cache() / name);
    set_used(name, used);
  }
  void set_used(const std::string& name, int used) {
    const timespec times[2] = {{used, 0}, {used, 0}};
    ::utimensat(AT_FDCWD, (cache() / name / "prepared").c_str(), times, 0);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const fs::directory_entry& entry : fs::directory_iterator(cache()))
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }
  TestFolder folder_;
};

TEST_F(PreparedCacheTest, APublishedDirectoryIsTheSame) {
  publish_prepared(data(), cache() / "a");
  const auto found = PreparedData::open(cache() / "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), (TreeSize{3, 10'003}));
  EXPECT_EQ(read_file(found->data() / "base/5/1"), std::string(10'000, 'x'));
  EXPECT_TRUE(fs::exists(found->data() / "base/5/empty"));
  EXPECT_EQ(names(), (std::vector<std::string>{"a"}));
}

TEST_F(PreparedCacheTest, OthersCannotReadIt) {
  publish_prepared(data(), cache() / "a");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(cache()))
    EXPECT_EQ(entry.status().permissions() & fs::perms(077), fs::perms::none) << entry.path();
}

TEST_F(PreparedCacheTest, TheLoserOfARaceChangesNothing) {
  publish_prepared(data(), cache() / "a");
  write_file(data() / "late", "late");
  publish_prepared(data(), cache() / "a");
  EXPECT_FALSE(fs::exists(cache() / "a/data/late"));
  EXPECT_EQ(names(), (std::vector<std::string>{"a"}));
}

TEST_F(PreparedCacheTest, AHalfWrittenOneIsThrownAway) {
  publish_prepared(data(), cache() / "a");
  fs::remove(cache() / "a/prepared");
  EXPECT_FALSE(PreparedData::open(cache() / "a"));
  EXPECT_FALSE(fs::exists(cache() / "a"));
}

TEST_F(PreparedCacheTest, AnEmptyMarkerCountsAsNone) {
  publish_prepared(data(), cache() / "a");
  write_file(cache() / "a/prepared", "");
  EXPECT_FALSE(PreparedData::open(cache() / "a"));
}

TEST_F(PreparedCacheTest, TheLeastRecentlyUsedGoesFirst) {
  publish("a", 300);
  publish("b", 100);
  publish("c", 200);
  evict_prepared(cache(), {.entries = 2, .bytes = 1 << 30});
  EXPECT_EQ(names(), (std::vector<std::string>{"a", "c"}));
  evict_prepared(cache(), {.entries = 2, .bytes = 15'000});
  EXPECT_EQ(names(), (std::vector<std::string>{"a"}));
  evict_prepared(cache(), {.entries = 2, .bytes = 1});
  EXPECT_EQ(names(), (std::vector<std::string>{"a"})) << "the newest stays, however large";
}

TEST_F(PreparedCacheTest, UsingOneMakesItTheNewest) {
  publish("a", 100);
  publish("b", 200);
  PreparedData::open(cache() / "a")->mark_used();
  evict_prepared(cache(), {.entries = 1});
  EXPECT_EQ(names(), (std::vector<std::string>{"a"}));
}

TEST_F(PreparedCacheTest, OneThatIsBeingCopiedStays) {
  publish("a", 100);
  publish("b", 200);
  {
    const auto copying = PreparedData::open(cache() / "a");
    evict_prepared(cache(), {.entries = 1});
    EXPECT_EQ(names(), (std::vector<std::string>{"a", "b"}));
  }
  evict_prepared(cache(), {.entries = 1});
  EXPECT_EQ(names(), (std::vector<std::string>{"b"}));
}

TEST_F(PreparedCacheTest, OtherThingsInTheFolderAreLeftAlone) {
  fs::create_directories(cache() / "somebody's folder");
  publish("a", 100);
  publish("b", 200);
  evict_prepared(cache(), {.entries = 1});
  EXPECT_EQ(names(), (std::vector<std::string>{"b", "somebody's folder"}));
}

TEST_F(PreparedCacheTest, ASymbolicLinkIsNotCopied) {
  fs::create_symlink("/etc/passwd", data() / "link");
  EXPECT_THROW(publish_prepared(data(), cache() / "a"), Error);
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(PreparedCacheTest, TheCacheOfACheckoutLiesInIt) {
  ::unsetenv("RUNNER_CACHE_DIR");
  EXPECT_EQ(cache_folder(folder_.path()), folder_ / ".runner/cache");
  ::setenv("RUNNER_CACHE_DIR", cache().c_str(), 1);
  EXPECT_EQ(cache_folder(folder_.path()), cache());
  ::unsetenv("RUNNER_CACHE_DIR");
}

TEST_F(PreparedCacheTest, AReadOnlyCheckoutHasItsCacheElsewhere) {
  ::unsetenv("RUNNER_CACHE_DIR");
  ::setenv("XDG_CACHE_HOME", (folder_ / "xdg").c_str(), 1);
  // Not even root can write there.
  EXPECT_EQ(cache_folder("/proc/1"), folder_ / "xdg/runner");
  ::unsetenv("XDG_CACHE_HOME");
}

}  // namespace runner
