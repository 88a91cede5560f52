#include "runner/process/server_process.hpp"

#include "runner/core/error.hpp"
#include "runner/process/descriptors.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

/// fork and exec rather than Boost.Process: order matters here (uid, then death signal, then the check that
/// our parent still lives), and a server has no pipes to serve.
namespace {
struct Plan {
  const ServerProcess::Start& start;
  char* const* arguments;
  char* const* environment;
  int log;
  int report;  ///< write end; closed by a successful exec
  pid_t parent;
};
enum class Step : int { become, folder, exec };
struct Failure {
  Step step;
  int problem;
};
}  // namespace

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] static void start_in_child(const Plan& plan) {
  const auto give_up = [&plan](Step step, int problem) {
    const Failure failure{step, problem};
    [[maybe_unused]] const ssize_t put = ::write(plan.report, &failure, sizeof failure);
    ::_exit(127);
  };
  ::setsid();  // Ctrl-C in a terminal reaches us alone: we decide when the server ends
  reset_signals();
  ::umask(0077);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(plan.log, 1);
  ::dup2(plan.log, 2);
  close_others_on_exec();
  if (const int problem = become(plan.start.as); problem != 0) give_up(Step::become, problem);
  if (!plan.start.survives) {
    // Changing the uid clears the setting, so it comes after. Source: prctl(2), PR_SET_PDEATHSIG.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    // Did our parent die before the line above? Then nobody would tell us.
    if (::getppid() != plan.parent) ::_exit(127);
  }
  if (!plan.start.folder.empty() && ::chdir(plan.start.folder.c_str()) != 0) give_up(Step::folder, errno);
  ::execve(plan.start.program.c_str(), plan.arguments, plan.environment);
  give_up(Step::exec, errno);
  ::_exit(127);
}

static Error start_error(const ServerProcess::Start& start, const Failure& failure) {
  Error error{ExitCode::environment, fmt::format("cannot start '{}'", start.program.string())};
  switch (failure.step) {
    case Step::become:
      error.because(fmt::format("cannot become user {}: {}", start.as.uid, std::strerror(failure.problem)))
          .hint("run as a user that is not root");
      break;
    case Step::folder:
      error.because(
          fmt::format("cannot enter '{}': {}", start.folder.string(), std::strerror(failure.problem)));
      break;
    case Step::exec:
      error.because(std::strerror(failure.problem));
      break;
  }
  return error;
}

ServerProcess::ServerProcess(const Start& start) : survives_(start.survives) {
  std::vector<std::string> texts{start.program.string()};
  texts.insert(texts.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> settings;
  for (const auto& [name, value] : start.environment) settings.push_back(name + '=' + value);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (std::string& text : settings) environment.push_back(text.data());
  environment.push_back(nullptr);

  const int log = ::open(start.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0)
    throw Error{ExitCode::environment, fmt::format("cannot write '{}'", start.log.string())}.because(
        std::strerror(errno));
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) {
    const int problem = errno;
    ::close(log);
    throw Error{ExitCode::environment, "cannot make a pipe"}.because(std::strerror(problem));
  }
  const Plan plan{start, arguments.data(), environment.data(), log, report[1], ::getpid()};
  pid_ = ::fork();
  const int fork_problem = errno;
  if (pid_ == 0) start_in_child(plan);
  ::close(log);
  ::close(report[1]);
  Failure failure{};
  ssize_t got = 0;
  if (pid_ > 0) {
    do got = ::read(report[0], &failure, sizeof failure);
    while (got < 0 && errno == EINTR);
  }
  ::close(report[0]);
  if (pid_ < 0)
    throw Error{ExitCode::environment, fmt::format("cannot start '{}'", start.program.string())}.because(
        std::strerror(fork_problem));
  if (got == sizeof failure) {
    ::waitpid(pid_, &wait_status_, 0);
    throw start_error(start, failure);
  }
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), wait_status_(other.wait_status_), survives_(other.survives_) {}

/// Source: proc(5), /proc/pid/task/tid/children.
static void kill_children_of(pid_t parent) {
  std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", parent));
  for (pid_t child = 0; list >> child;) ::kill(child, SIGKILL);
}

ServerProcess::~ServerProcess() {
  if (survives_ || !running()) return;
  if (stop(SIGQUIT, std::chrono::milliseconds(300))) return;
  // A process of the server's that was just started may miss its SIGQUIT; the server would wait 5 s for it.
  kill_children_of(pid_);
  if (stop(SIGQUIT, std::chrono::seconds(5))) return;
  kill_children_of(pid_);
  stop(SIGKILL, std::chrono::seconds(5));
}

bool ServerProcess::running() {
  if (pid_ <= 0 || wait_status_ != -1) return false;
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0) return true;
  wait_status_ = ended == pid_ ? status : 0;
  return false;
}

bool ServerProcess::stop(int signal, std::chrono::milliseconds limit) {
  if (!running()) return true;
  const auto until = std::chrono::steady_clock::now() + limit;
  const int ended = open_pidfd(pid_);
  ::kill(pid_, signal);
  while (running()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now() + std::chrono::milliseconds(1));
    if (left.count() <= 0) break;
    pollfd wait{ended, POLLIN, 0};
    // Without a pidfd, poll is a plain short sleep.
    ::poll(&wait, ended >= 0 ? 1 : 0,
           static_cast<int>(ended >= 0 ? left.count() : std::min<long>(left.count(), 5)));
  }
  if (ended >= 0) ::close(ended);
  return !running();
}

}  // namespace runner
