#include "runner/process/child.hpp"

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

static Command shell(std::string script) {
  return Command{
      .program = "sh", .arguments = {"-c", std::move(script)}, .environment = minimal_environment()};
}

static std::filesystem::path fresh_file() {
  std::string name = (std::filesystem::temp_directory_path() / "child_test.XXXXXX").string();
  ::close(::mkstemp(name.data()));
  return name;
}

/// Waits until the process is gone; a zombie, which nobody reaps in some containers, counts as gone.
static bool is_gone(pid_t pid) {
  for (int i = 0; i < 1000; ++i) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    try {
      const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
      if (stat.find(") Z ") != std::string::npos) return true;
    } catch (const Error&) {
      return true;
    }
    ::usleep(10'000);
  }
  return false;
}

TEST(Child, ReturnsOutputErrorsAndExitStatusApart) {
  const ChildResult result = run_child(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(result.exit_status, 7);
  EXPECT_FALSE(result.succeeded());
}

TEST(Child, GetsItsArgumentsUntouchedByAnyShell) {
  const ChildResult result =
      run_child(Command{.program = "printf", .arguments = {"%s|", "a b", "$HOME", "*", "", "'\"\\"}});
  EXPECT_EQ(result.output, "a b|$HOME|*||'\"\\|");
}

TEST(Child, HasOnlyTheEnvironmentItIsGiven) {
  ::setenv("RUNNER_TEST_PASSWORD", "hunter2", 1);
  EXPECT_EQ(run_child(Command{.program = "env", .environment = {{"ONLY", "this"}}}).output, "ONLY=this\n");
  EXPECT_EQ(run_child(Command{.program = "env"}).output, "");
  ::unsetenv("RUNNER_TEST_PASSWORD");
}

TEST(Child, RunsInTheFolderItIsGiven) {
  Command command{.program = "/bin/pwd", .folder = "/usr"};
  EXPECT_EQ(run_child(command).output, "/usr\n");
}

TEST(Child, ReadsALargeInputWhileWritingALargeOutput) {
  Command command{.program = "cat", .input = std::string(900'000, 'x')};
  EXPECT_EQ(run_child(command).output, command.input);
}

TEST(Child, MayEndWithoutReadingItsInput) {
  Command command{.program = "true", .input = std::string(900'000, 'x')};
  EXPECT_TRUE(run_child(command).succeeded());
}

TEST(Child, OutputBeyondTheLimitIsReadAndDropped) {
  Command command = shell("head -c 100000 /dev/zero; echo end >&2");
  command.output_limit_bytes = 1000;
  const ChildResult result = run_child(command);
  EXPECT_EQ(result.output.size(), 1000U);
  EXPECT_TRUE(result.output_cut);
  EXPECT_TRUE(result.succeeded());
  EXPECT_EQ(result.errors, "end\n");
}

TEST(Child, DeathBySignalIsTold) {
  EXPECT_EQ(run_child(shell("kill -9 $$")).signal, SIGKILL);
}

TEST(Child, IsTerminatedWithItsWholeGroupAtTheDeadline) {
  Command command = shell("sleep 300 & echo $!; sleep 300");
  command.deadline = std::chrono::milliseconds(200);
  const ChildResult result = run_child(command);
  EXPECT_TRUE(result.deadline_passed);
  EXPECT_FALSE(result.succeeded());
  EXPECT_TRUE(is_gone(std::stoi(result.output)));
}

TEST(Child, IsKilledWhenItIgnoresTermination) {
  Command command = shell("trap '' TERM; echo $$; while :; do sleep 300; done");
  command.deadline = std::chrono::milliseconds(200);
  const ChildResult result = run_child(command);
  EXPECT_TRUE(result.deadline_passed);
  EXPECT_TRUE(is_gone(std::stoi(result.output)));
}

TEST(Child, WhatItLeavesInTheBackgroundIsKilledAndDoesNotHoldUsUp) {
  const ChildResult result = run_child(shell("sleep 300 & echo $!"));
  EXPECT_TRUE(result.succeeded());
  EXPECT_TRUE(is_gone(std::stoi(result.output)));
}

TEST(Child, AProgramThatWaitsForAllItsChildrenEnds) {
  EXPECT_TRUE(run_child(shell("true & wait")).succeeded());
}

TEST(Child, AMissingProgramIsAnEnvironmentError) {
  try {
    run_child(Command{.program = "no-such-program-here"});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot find the program 'no-such-program-here'");
  }
  try {
    run_child(Command{.program = "/no/such/program"});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot start '/no/such/program'");
    EXPECT_EQ(error.reason(), "No such file or directory");
  }
}

TEST(Child, AFileThatIsNotExecutableIsAnEnvironmentError) {
  const std::filesystem::path file = fresh_file();
  EXPECT_THROW(run_child(Command{.program = file.string()}), Error);
  std::filesystem::remove(file);
}

TEST(Child, AStopSignalEndsItsGroup) {
  StopSignal stop;
  const std::filesystem::path file = fresh_file();
  // The signal comes from the child itself, so it surely runs by then.
  Command command = shell("echo $$ > \"$0\"; kill -TERM $PPID; sleep 300");
  command.arguments.push_back(file.string());
  try {
    run_child(command, &stop);
    FAIL() << "ran to its end";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::terminated);
  }
  EXPECT_TRUE(is_gone(std::stoi(read_file(file))));
  std::filesystem::remove(file);
}

TEST(Child, ItsWholeGroupDiesWithUsEvenByKill9) {
  const std::filesystem::path file = fresh_file();
  const pid_t we = ::fork();
  if (we == 0) {
    Command command = shell("sleep 300 & echo \"$$ $!\" > \"$0.new\"; mv \"$0.new\" \"$0\"; sleep 300");
    command.arguments.push_back(file.string());
    run_child(command);
    ::_exit(0);
  }
  std::string text;
  for (int i = 0; i < 1000 && text.empty(); ++i) {
    ::usleep(10'000);
    text = read_file(file);
  }
  ::kill(we, SIGKILL);
  ::waitpid(we, nullptr, 0);
  ASSERT_FALSE(text.empty());
  EXPECT_TRUE(is_gone(std::stoi(text)));
  EXPECT_TRUE(is_gone(std::stoi(text.substr(text.find(' ')))));
  std::filesystem::remove(file);
}

TEST(Child, LosesRootWhenAsked) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const RunAs as = unprivileged_user();
  Command command{.program = "id", .arguments = {"-u"}, .as = as};
  EXPECT_EQ(run_child(command).output, std::to_string(as.uid) + "\n");
}

TEST(FindProgram, LooksThroughPath) {
  EXPECT_EQ(find_program("sh").filename(), "sh");
  EXPECT_TRUE(find_program("no-such-program-here").empty());
}

}  // namespace runner
