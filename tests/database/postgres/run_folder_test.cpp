#include "runner/postgres/run_folder.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/process/process_identity.hpp"
#include "tests/support/test_server.hpp"

#include <fcntl.h>
#include <csignal>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

TEST(RunFolder, GoesToTheFirstPlaceWithEnoughSpace) {
  const RunAs as = unprivileged_user();
  EXPECT_EQ(choose_run_place({"/no/such/place", "/tmp"}, 1000, as), "/tmp");
  EXPECT_EQ(choose_run_place({"/proc", "/tmp"}, 1000, as), "/tmp");
}

TEST(RunFolder, SaysWhatEachPlaceLacks) {
  try {
    choose_run_place({"/no/such/place", "/tmp"}, std::uint64_t{1} << 60, unprivileged_user());
    FAIL() << "found one";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.reason().find("/no/such/place: No such file or directory"), std::string::npos);
    EXPECT_NE(error.reason().find("/tmp: "), std::string::npos);
    EXPECT_NE(error.reason().find("MB needed"), std::string::npos);
  }
}

TEST(RunFolder, APlaceThatTheServersUserMayNotEnterIsPassedOver) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const TestFolder closed;  // 0700
  EXPECT_EQ(choose_run_place({closed.path(), "/tmp"}, 1000, unprivileged_user()), "/tmp");
}

TEST(RunFolder, ALongPlaceStillGetsAShortFolderForItsSocket) {
  const TestFolder base;
  const fs::path deep = base / std::string(100, 'x');
  fs::create_directory(deep);
  fs::path socket;
  {
    const RunFolder folder(deep, RunAs{});
    socket = folder.socket();
    EXPECT_LE(socket.string().size(), longest_socket_folder);
    EXPECT_TRUE(fs::is_directory(socket));
  }
  EXPECT_FALSE(fs::exists(socket));
  EXPECT_TRUE(fs::is_empty(deep));
}

TEST(RunFolder, ASweepRemovesTheSocketsFolderToo) {
  const TestFolder place;
  const fs::path socket = place / "socket elsewhere";
  fs::create_directory(socket);
  const fs::path dead = place / "runner-run.dead01";
  fs::create_directory(dead);
  write_file(dead / "lock", "");
  write_file(dead / "socket-folder", socket.string());
  sweep_dead_runs({place.path()});
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_FALSE(fs::exists(socket));
}

/// The folder of a run that died: nobody holds its lock.
static fs::path dead_run(const fs::path& place, const std::string& server) {
  const fs::path folder = place / "runner-run.dead00";
  fs::create_directories(folder / "data");
  write_file(folder / "lock", "");
  if (!server.empty()) write_file(folder / "server", server);
  return folder;
}

static pid_t start_sleeper(const fs::path& argument) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl("/bin/sh", "sh", "-c", "while :; do sleep 1; done", argument.c_str(), nullptr);
    ::_exit(127);
  }
  while (command_line(pid).size() < 4) ::usleep(1000);
  return pid;
}

static bool alive(pid_t pid) {
  return ::waitpid(pid, nullptr, WNOHANG) == 0;
}

TEST(SweepDeadRuns, RemovesADeadRunsFolderAndEndsItsServer) {
  const TestFolder place;
  const pid_t server = start_sleeper(place / "runner-run.dead00/data");
  const fs::path folder = dead_run(place.path(), fmt::format("{} {}\n", server, start_time_ticks(server)));
  sweep_dead_runs({place.path()});
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_FALSE(alive(server));
}

TEST(SweepDeadRuns, LeavesAProcessAloneThatStartedAtAnotherTime) {
  const TestFolder place;
  const pid_t other = start_sleeper(place / "runner-run.dead00/data");
  dead_run(place.path(), fmt::format("{} {}\n", other, start_time_ticks(other) - 1));
  sweep_dead_runs({place.path()});
  EXPECT_TRUE(alive(other));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST(SweepDeadRuns, LeavesAProcessAloneWithAnotherCommandLine) {
  const TestFolder place;
  const pid_t other = start_sleeper("/somewhere/else");
  dead_run(place.path(), fmt::format("{} {}\n", other, start_time_ticks(other)));
  sweep_dead_runs({place.path()});
  EXPECT_TRUE(alive(other));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST(SweepDeadRuns, LeavesALiveRunAlone) {
  const TestFolder place;
  const fs::path folder = dead_run(place.path(), "");
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  sweep_dead_runs({place.path()});
  EXPECT_TRUE(fs::exists(folder));
  ::close(lock);
  sweep_dead_runs({place.path()});
  EXPECT_FALSE(fs::exists(folder));
}

TEST(SweepDeadRuns, LeavesOtherFoldersAlone) {
  const TestFolder place;
  fs::create_directories(place / "runner-else/data");
  fs::create_directories(place / "runner-new.abcdef");
  sweep_dead_runs({place.path()});
  EXPECT_TRUE(fs::exists(place / "runner-else/data"));
  EXPECT_TRUE(fs::exists(place / "runner-new.abcdef")) << "another run is just making it";
}

}  // namespace runner
