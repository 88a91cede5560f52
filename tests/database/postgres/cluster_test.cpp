#include "runner/postgres/cluster.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/session.hpp"
#include "tests/support/test_server.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static fs::path run_folder_of(const Cluster& cluster) {
  return cluster.log().parent_path();
}

TEST(Cluster, LeavesNothingBehind) {
  fs::path folder;
  pid_t server = 0;
  {
    Cluster cluster(find_server_binaries(), nullptr);
    cluster.create();
    cluster.start();
    folder = run_folder_of(cluster);
    server = std::stoi(read_file(folder / "data/postmaster.pid"));
    EXPECT_TRUE(cluster.running());
    EXPECT_EQ(::kill(server, 0), 0);
  }
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_EQ(::kill(server, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Cluster, OthersCanReadNeitherItsDataNorItsSocketNorItsLog) {
  Cluster cluster(find_server_binaries(), nullptr);
  cluster.create();
  cluster.start();
  const auto mode = [&](const char* name) {
    struct stat info {};
    ::lstat((run_folder_of(cluster) / name).c_str(), &info);
    return info.st_mode & 07777U;
  };
  EXPECT_EQ(mode("data"), 0700U);
  EXPECT_EQ(mode("socket"), 0700U);
  EXPECT_EQ(mode("log"), 0600U);
  EXPECT_EQ(mode("lock"), 0600U);
}

TEST(Cluster, AStoppedOneCanBePublishedAndCopied) {
  const TestFolder cache;
  Cluster first(find_server_binaries(), nullptr);
  first.create();
  first.start();
  Session::connect(first.url(embedded_superuser), {}, nullptr)
      .query("CREATE TABLE kept (id int)", "make a table");
  first.stop();
  first.publish(cache / "entry");
  first.start();
  Cluster second(find_server_binaries(), nullptr);
  ASSERT_TRUE(second.copy_from(cache / "entry"));
  second.start();
  Session session = Session::connect(second.url(embedded_superuser), {}, nullptr);
  EXPECT_FALSE(session.execute("TABLE kept").error);
}

TEST(Cluster, ARunningOneIsNotPublished) {
  const TestFolder cache;
  Cluster cluster(find_server_binaries(), nullptr);
  cluster.create();
  cluster.start();
  EXPECT_THROW(cluster.publish(cache / "entry"), Error);
  EXPECT_FALSE(fs::exists(cache / "entry"));
}

TEST(Cluster, AServerThatWillNotStartSaysWhatItsLogSays) {
  Cluster cluster(find_server_binaries(), nullptr);
  cluster.create();
  write_file(run_folder_of(cluster) / "data/PG_VERSION", "9.0\n");
  try {
    cluster.start();
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "the embedded PostgreSQL server does not start");
    EXPECT_NE(error.reason().find("FATAL:"), std::string::npos) << error.reason();
  }
}

TEST(ServerBinaries, RunnerPgBinMustNameAServer) {
  ::setenv("RUNNER_PG_BIN", "/usr/bin/nowhere", 1);
  try {
    find_server_binaries();
    FAIL() << "found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.message().find("/usr/bin/nowhere"), std::string::npos);
    EXPECT_FALSE(error.advice().empty());
  }
  ::unsetenv("RUNNER_PG_BIN");
}

TEST(ServerBinaries, TheWantedMajorIsTakenWhereItIs) {
  const ServerBinaries any = find_server_binaries();
  EXPECT_GE(any.major, 10);
  EXPECT_EQ(find_server_binaries(any.major).major, any.major);
  EXPECT_EQ(find_server_binaries(1).major, any.major) << "else another one";
  EXPECT_FALSE(find_pg_dump(any.major).empty());
  EXPECT_TRUE(find_pg_dump(999).empty());
}

}  // namespace runner
