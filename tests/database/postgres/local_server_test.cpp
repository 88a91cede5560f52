#include "runner/postgres/local_server.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/session.hpp"
#include "tests/support/test_server.hpp"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

class LocalServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("RUNNER_CACHE_DIR", test_cache().c_str(), 1);
    fs::permissions(root_.path(), fs::perms(0755));  // the server's user must get in when we are root
  }
  void TearDown() override {
    LocalServer(root_.path()).stop();
    ::unsetenv("RUNNER_CACHE_DIR");
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
  static std::string ask(const LocalServer& server, const std::string& sql) {
    return Session::connect(server.url().value(), {}, nullptr)
        .query(sql, "ask")
        .rows.at(0)
        .at(0)
        .value_or("NULL");
  }
  static void run(const LocalServer& server, const std::string& sql) {
    Session::connect(server.url().value(), {}, nullptr).query(sql, "run");
  }
  TestFolder root_;
};

TEST_F(LocalServerTest, IsMadeAtTheFirstStartAndKeepsItsRows) {
  LocalServer server(root_.path());
  EXPECT_FALSE(server.exists());
  EXPECT_FALSE(server.running());
  EXPECT_FALSE(server.url());
  server.start({});
  EXPECT_TRUE(server.running());
  run(server, "CREATE TABLE t AS SELECT 7 AS n");
  EXPECT_TRUE(server.stop());
  EXPECT_FALSE(server.running());
  EXPECT_TRUE(server.exists());
  EXPECT_FALSE(server.stop()) << "it was not running";
  server.start({});
  EXPECT_EQ(ask(server, "SELECT n FROM t"), "7");
}

TEST_F(LocalServerTest, StaysOutOfCommits) {
  LocalServer(root_.path()).start({});
  EXPECT_EQ(read_file(root_ / ".runner/.gitignore"), "*\n");
}

TEST_F(LocalServerTest, IsDurable) {
  LocalServer server(root_.path());
  server.start({});
  EXPECT_EQ(ask(server, "SHOW fsync"), "on");
  EXPECT_EQ(ask(server, "SHOW full_page_writes"), "on");
  EXPECT_EQ(ask(server, "SHOW synchronous_commit"), "on");
}

TEST_F(LocalServerTest, StartingARunningOneDoesNothing) {
  LocalServer server(root_.path());
  const DatabaseUrl first = server.start({});
  const pid_t pid = server.pid();
  EXPECT_EQ(LocalServer(root_.path()).start({}).uri(), first.uri());
  EXPECT_EQ(server.pid(), pid);
}

TEST_F(LocalServerTest, OutlivesTheProcessThatStartedIt) {
  const pid_t child = ::fork();
  if (child == 0) {
    LocalServer(root_.path()).start({});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  const LocalServer server(root_.path());
  EXPECT_TRUE(server.running());
  EXPECT_EQ(ask(server, "SELECT 1"), "1");
}

TEST_F(LocalServerTest, TwoStartsAtOnceMakeOneServer) {
  pid_t children[3];
  for (pid_t& child : children) {
    child = ::fork();
    if (child == 0) {
      int status = 1;
      try {
        LocalServer(root_.path()).start({});
        status = 0;
      } catch (const Error&) {
      }
      ::_exit(status);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(ask(LocalServer(root_.path()), "SELECT 1"), "1");
}

TEST_F(LocalServerTest, StartsAgainAfterItsPostmasterWasKilled) {
  LocalServer server(root_.path());
  server.start({});
  run(server, "CREATE TABLE t AS SELECT 7 AS n");
  ::kill(server.pid(), SIGKILL);
  while (server.running()) ::usleep(1000);
  server.start({});
  EXPECT_EQ(ask(server, "SELECT n FROM t"), "7");
}

TEST_F(LocalServerTest, APidFileThatNamesAnotherProcessIsStale) {
  LocalServer server(root_.path());
  server.start({});
  const fs::path pid_file = server.folder() / "data/postmaster.pid";
  const std::string text = read_file(pid_file);
  server.stop();
  // As after a reboot: the file is still there, and its process id is somebody else's, ours.
  write_file(pid_file, std::to_string(::getpid()) + text.substr(text.find('\n')), 0600);
  struct stat owner {};
  ::stat((server.folder() / "data").c_str(), &owner);
  ASSERT_EQ(::chown(pid_file.c_str(), owner.st_uid, owner.st_gid), 0);
  EXPECT_FALSE(server.running());
  EXPECT_FALSE(server.stop());
  server.start({});
  EXPECT_EQ(ask(server, "SELECT 1"), "1");
}

TEST_F(LocalServerTest, AResetMakesItAnewWithItsPreludes) {
  LocalServer server(root_.path());
  server.start({});
  run(server, "CREATE TABLE t AS SELECT 7 AS n");
  server.reset({"supabase"});
  EXPECT_EQ(ask(server, "SELECT to_regclass('t')"), "NULL");
  EXPECT_EQ(ask(server, "SELECT to_regclass('auth.users')"), "auth.users");
}

TEST_F(LocalServerTest, AResetThatCannotMakeANewOneKeepsTheOld) {
  LocalServer server(root_.path());
  server.start({});
  run(server, "CREATE TABLE t AS SELECT 7 AS n");
  EXPECT_THROW(server.reset({"no-such-prelude"}), Error);
  EXPECT_EQ(ask(server, "SELECT n FROM t"), "7");
}

TEST_F(LocalServerTest, ALongPathStillHasASocketAndStaysTheSame) {
  const fs::path deep = root_ / std::string(120, 'x');
  fs::create_directory(deep);
  LocalServer server(deep);
  const DatabaseUrl url = server.start({});
  EXPECT_LT(url.get("host").size(), 94U);
  EXPECT_EQ(ask(LocalServer(deep), "SELECT 1"), "1");
  server.stop();
  fs::remove_all(url.get("host"));
}

TEST_F(LocalServerTest, AFolderThatTheServersUserMayNotEnterIsLeftForVarLib) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  fs::permissions(root_.path(), fs::perms(0700));
  LocalServer server(root_.path());
  server.start({});
  EXPECT_EQ(server.folder().parent_path(), "/var/lib/runner");
  EXPECT_EQ(ask(LocalServer(root_.path()), "SELECT 1"), "1");
  server.stop();
  fs::remove_all(server.folder());
  fs::remove(server.folder().string() + ".lock");
}

}  // namespace runner
