#include "runner/process/server_process.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

class ServerProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "server_test.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ServerProcess::Start sleeper() const {
    return {.program = "/bin/sh",
            .arguments = {"-c", "echo started; exec sleep 300"},
            .environment = {},
            .folder = {},
            .log = folder_ / "log",
            .as = {},
            .survives = false};
  }
  std::filesystem::path folder_;
};

static bool is_gone(pid_t pid) {
  for (int i = 0; i < 1000; ++i) {
    try {
      if (read_file("/proc/" + std::to_string(pid) + "/stat").find(") Z ") != std::string::npos) return true;
    } catch (const Error&) {
      return true;
    }
    ::usleep(10'000);
  }
  return false;
}

TEST_F(ServerProcessTest, EndsWithTheObject) {
  pid_t pid = 0;
  {
    ServerProcess server(sleeper());
    pid = server.pid();
    EXPECT_TRUE(server.running());
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(ServerProcessTest, TakesAlongAChildThatIgnoresTheEnd) {
  ServerProcess::Start start = sleeper();
  start.arguments = {"-c", "trap '' QUIT; sleep 300 & echo $!; wait"};
  pid_t child = 0;
  {
    ServerProcess server(start);
    while (read_file(start.log).find('\n') == std::string::npos) ::usleep(1000);
    child = std::stoi(read_file(start.log));
  }
  const bool gone = is_gone(child);
  if (!gone) ::kill(child, SIGKILL);
  EXPECT_TRUE(gone);
}

TEST_F(ServerProcessTest, ItsOutputGoesToTheLogWhichOthersCannotRead) {
  ServerProcess::Start start = sleeper();
  start.arguments = {"-c", "echo to log; echo errors too >&2"};
  ServerProcess server(start);
  while (server.running()) ::usleep(1000);
  EXPECT_EQ(read_file(start.log), "to log\nerrors too\n");
  EXPECT_EQ(std::filesystem::status(start.log).permissions(), std::filesystem::perms(0600));
}

TEST_F(ServerProcessTest, StopSaysWhetherItStopped) {
  ServerProcess::Start start = sleeper();
  start.arguments = {"-c", "trap '' INT; echo ready; while :; do sleep 0.01; done"};
  ServerProcess server(start);
  while (read_file(start.log) != "ready\n") ::usleep(1000);
  EXPECT_FALSE(server.stop(SIGINT, std::chrono::milliseconds(50)));
  EXPECT_TRUE(server.stop(SIGKILL, std::chrono::seconds(60)));
  EXPECT_TRUE(WIFSIGNALED(server.wait_status()));
}

TEST_F(ServerProcessTest, AProgramThatCannotBeStartedIsAnEnvironmentError) {
  ServerProcess::Start start = sleeper();
  start.program = folder_ / "nothing";
  try {
    ServerProcess server(start);
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot start '" + start.program.string() + "'");
    EXPECT_EQ(error.reason(), "No such file or directory");
  }
}

TEST_F(ServerProcessTest, DiesWithUsEvenByKill9AndAfterDroppingRoot) {
  const std::filesystem::path file = folder_ / "pid";
  const pid_t we = ::fork();
  if (we == 0) {
    ServerProcess::Start start = sleeper();
    start.as = unprivileged_user();
    ServerProcess server(start);
    write_file(file, std::to_string(server.pid()));
    ::pause();
  }
  while (!std::filesystem::exists(file)) ::usleep(1000);
  const pid_t server = std::stoi(read_file(file));
  EXPECT_EQ(::kill(server, 0), 0);
  ::kill(we, SIGKILL);
  ::waitpid(we, nullptr, 0);
  EXPECT_TRUE(is_gone(server));
}

TEST_F(ServerProcessTest, SurvivesWhenAskedTo) {
  ServerProcess::Start start = sleeper();
  start.survives = true;
  pid_t pid = 0;
  {
    ServerProcess server(start);
    pid = server.pid();
  }
  EXPECT_EQ(::kill(pid, 0), 0);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST(UnprivilegedUser, IsNeverRoot) {
  EXPECT_NE(unprivileged_user().uid, 0U);
}

TEST(UnprivilegedUser, AnEnclosedFolderOfRootCannotBeEntered) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  std::string name = (std::filesystem::temp_directory_path() / "closed.XXXXXX").string();
  const std::filesystem::path closed = ::mkdtemp(name.data());
  std::filesystem::create_directory(closed / "inside");
  EXPECT_FALSE(can_enter(unprivileged_user(), closed / "inside"));
  EXPECT_TRUE(can_enter(unprivileged_user(), "/usr/bin"));
  std::filesystem::remove_all(closed);
}

}  // namespace runner
