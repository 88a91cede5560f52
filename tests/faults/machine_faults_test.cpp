#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/cluster.hpp"
#include "runner/postgres/prepared_cache.hpp"
#include "runner/postgres/shadow.hpp"
#include "runner/process/run_as.hpp"
#include "tests/faults/forked.hpp"
#include "tests/support/test_server.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

/// What a child returns when the machine does not let it set the scene.
static constexpr int no_scene = 77;

class MachineFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to play other users and machines";
    fs::permissions(folder_.path(), fs::perms(01777));
  }
  /// Runs `work` in a child; returns its exit status and keeps what its Error said.
  int play(const std::function<int()>& work) {
    const int status = run_forked(work, (folder_ / "told").string());
    std::error_code ignored;
    told_ = fs::exists(folder_ / "told", ignored) ? read_file(folder_ / "told") : std::string{};
    return status;
  }
  bool told(std::string_view words) const { return told_.find(words) != std::string::npos; }

  TestFolder folder_;
  std::string told_;
};

static bool become_user(uid_t id) {
  return ::setgid(id) == 0 && ::setuid(id) == 0;
}

static int make_shadow(const fs::path& cache) {
  QuietReporter quiet;
  const auto shadow = ShadowFactory::of({.cache = cache}, nullptr, quiet)->make({});
  Session session = shadow->connect();
  session.query("CREATE TABLE t AS SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n",
                "fill a table");
  return 0;
}

static constexpr uid_t nobody = 65534;
static constexpr uid_t without_entry = 54321;

TEST_F(MachineFaults, AnOrdinaryUserMakesShadows) {
  EXPECT_EQ(play([&] {
              if (!become_user(nobody)) return no_scene;
              return make_shadow(folder_ / "cache");
            }),
            0)
      << told_;
}

TEST_F(MachineFaults, AUserWithoutAPasswdEntryIsToldWhatToDo) {
  EXPECT_EQ(play([&] {
              if (!become_user(without_entry)) return no_scene;
              return make_shadow(folder_ / "cache");
            }),
            to_int(ExitCode::environment));
  EXPECT_TRUE(told("the current user (uid 54321) has no entry in /etc/passwd")) << told_;
  EXPECT_TRUE(told("hint: ")) << told_;
}

TEST_F(MachineFaults, AUserNamespaceWithOneUidIsToldWhatToDo) {
  const int status = play([&] {
    if (::unshare(CLONE_NEWUSER) != 0) return no_scene;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 0 1";
    std::ofstream("/proc/self/gid_map") << "0 0 1";
    if (::geteuid() != 0) return no_scene;
    return make_shadow({});
  });
  if (status == no_scene) GTEST_SKIP() << "no user namespaces here";
  EXPECT_EQ(status, to_int(ExitCode::environment));
  EXPECT_TRUE(told("cannot start a server as root, and there is no user to drop to")) << told_;
  EXPECT_TRUE(told("this user namespace does not map")) << told_;
  EXPECT_TRUE(told("/etc/subuid")) << told_;
}

/// A mount namespace of its own, in which mounts stay.
static bool own_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

TEST_F(MachineFaults, ASmallShmIsLeftForTheDisk) {
  const int status = play([&] {
    if (!own_mounts() || ::mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=64m,mode=1777") != 0) return no_scene;
    Cluster cluster(find_server_binaries(), nullptr);
    cluster.create();
    if (cluster.log().string().starts_with("/dev/shm")) return 2;
    return make_shadow({});
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, 0) << told_;
}

TEST_F(MachineFaults, AFullDiskIsAnEnvironmentErrorThatNamesThePlaces) {
  const int status = play([&] {
    if (!own_mounts()) return no_scene;
    for (const char* place : {"/dev/shm", "/tmp", "/var/tmp"})
      if (::mount("tmpfs", place, "tmpfs", 0, "size=8m,mode=1777") != 0) return no_scene;
    ::unsetenv("TMPDIR");
    return make_shadow({});
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, to_int(ExitCode::environment));
  EXPECT_TRUE(told("no folder can hold a server's data directory")) << told_;
  EXPECT_TRUE(told("/dev/shm: 8 MB free, ")) << told_;
  EXPECT_TRUE(told("/var/tmp: 8 MB free, ")) << told_;
}

TEST_F(MachineFaults, AReadOnlyCheckoutHasItsCacheElsewhere) {
  const fs::path root = folder_ / "read only";
  fs::create_directory(root);
  const int status = play([&] {
    if (!own_mounts() || ::mount("tmpfs", root.c_str(), "tmpfs", MS_RDONLY, "size=1m") != 0) return no_scene;
    ::unsetenv("RUNNER_CACHE_DIR");
    ::setenv("XDG_CACHE_HOME", (folder_ / "xdg").c_str(), 1);
    if (cache_folder(root) != folder_ / "xdg/runner") return 2;
    return make_shadow(cache_folder(root));
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, 0) << told_;
}

TEST_F(MachineFaults, WithoutAHomeTheCacheIsAFolderOfOursInTmpdir) {
  EXPECT_EQ(play([&] {
              if (!become_user(nobody)) return no_scene;
              for (const char* name : {"RUNNER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"}) ::unsetenv(name);
              ::setenv("TMPDIR", folder_.path().c_str(), 1);
              return cache_folder("/") == folder_ / "runner-cache-65534" ? 0 : 2;
            }),
            0);
  EXPECT_EQ(fs::status(folder_ / "runner-cache-65534").permissions(), fs::perms(0700));
}

TEST_F(MachineFaults, ACacheInTmpdirThatIsSomebodyElsesIsNotUsed) {
  fs::create_directory(folder_ / "runner-cache-65534");
  fs::permissions(folder_ / "runner-cache-65534", fs::perms(0777));
  EXPECT_EQ(play([&] {
              if (!become_user(nobody)) return no_scene;
              for (const char* name : {"RUNNER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"}) ::unsetenv(name);
              ::setenv("TMPDIR", folder_.path().c_str(), 1);
              return cache_folder("/").empty() ? 0 : 2;
            }),
            0);
}

TEST_F(MachineFaults, WithoutPostgresqlThePackageIsNamed) {
  const int status = play([&] {
    if (!own_mounts() || ::mount("tmpfs", "/usr/lib/postgresql", "tmpfs", 0, "size=1m") != 0) return no_scene;
    ::unsetenv("RUNNER_PG_BIN");
    return make_shadow({});
  });
  if (status == no_scene) GTEST_SKIP() << "no mounts here";
  EXPECT_EQ(status, to_int(ExitCode::environment));
  EXPECT_TRUE(told("cannot find a PostgreSQL server on this machine")) << told_;
  EXPECT_TRUE(told("apt-get install postgresql")) << told_;
}

}  // namespace runner
