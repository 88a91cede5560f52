#include "runner/process/child.hpp"

#include "runner/core/error.hpp"
#include "runner/process/descriptors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>  // before Asio, which needs it and forgets it

#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/process/v1.hpp>
#include <boost/process/v1/extend.hpp>
#else
#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#endif
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

#if BOOST_VERSION >= 108600
namespace bp = boost::process::v1;
#else
namespace bp = boost::process;
#endif
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

static constexpr milliseconds grace_after_terminate = std::chrono::seconds(2);
/// How long output is still read when the program has ended but something it started holds the pipe.
static constexpr milliseconds grace_for_leftovers = std::chrono::seconds(1);

static Error start_error(const Command& command, int problem) {
  Error error{ExitCode::environment, fmt::format("cannot start '{}'", command.program)};
  error.because(std::strerror(problem));
  if (problem == ENOENT) error.hint("install the program, or check the path");
  if (problem == EACCES) error.hint("make the file executable (chmod +x), and check the folders above it");
  if (problem == ENOEXEC) error.hint("begin the script with a line such as '#!/bin/sh'");
  return error;
}

/// Runs in the child between fork and exec. Leaves a guard in the child's process group that sleeps until
/// our end of `life` is closed, which the kernel does even when we die by kill -9, and then kills the
/// group. The guard is an orphan on purpose: a program that waits for all its children must not see it.
static void leave_guard(int life) {
  const pid_t between = ::fork();
  if (between > 0) {
    int status = 0;
    while (::waitpid(between, &status, 0) < 0 && errno == EINTR) {
    }
    return;
  }
  if (between < 0 || ::fork() != 0) ::_exit(0);
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);  // only SIGKILL ends it early
  ::dup2(life, 3);  // keep nothing else open: a held pipe would look like output to come
  for (const int fd : {0, 1, 2}) ::close(fd);
  if (::syscall(SYS_close_range, 4U, ~0U, 0U) != 0)
    for (int fd = 4; fd < 1024; ++fd) ::close(fd);
  char byte = 0;
  while (::read(3, &byte, 1) < 0 && errno == EINTR) {
  }
  ::kill(0, SIGKILL);  // the whole group, ourselves included
  ::_exit(0);
}

namespace {

/// One of the child's streams: our end of the pipe, and what went through it so far.
struct Stream {
  int fd = -1;
  void close() {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }
};

void set_non_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// While a child runs, writing to a closed pipe is an error, not the end of our process.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before_);
  }
  ~IgnoredPipeSignal() { ::sigaction(SIGPIPE, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

class Running {
 public:
  Running(const Command& command, const StopSignal* stop) : command_(command), stop_(stop) {}
  ~Running() {
    kill_group();
    input_.close();
    output_.close();
    errors_.close();
    if (ended_ >= 0) ::close(ended_);
    if (child_.valid()) child_.detach();
  }

  void start();
  ChildResult finish();

 private:
  void kill_group();
  bool reaped();
  void feed();
  void drain(Stream& stream, std::string& kept);
  milliseconds time_left() const;
  void on_time_up();
  void wait_for_something();

  const Command& command_;
  const StopSignal* stop_;
  IgnoredPipeSignal no_sigpipe_;
  bp::child child_;
  bp::pipe life_;  ///< the guard's: it reads, we hold the other end open
  pid_t pid_ = -1;
  int ended_ = -1;
  bool has_ended_ = false;
  int wait_status_ = 0;
  Stream input_;
  Stream output_;
  Stream errors_;
  std::size_t written_ = 0;
  Clock::time_point until_;
  enum class Phase { running, terminating, killed } phase_ = Phase::running;
  bool stopped_ = false;
  ChildResult result_;
};

void Running::start() {
  // Absolute, because the child changes its folder before it execs.
  const std::filesystem::path program = command_.program.find('/') == std::string::npos
                                            ? find_program(command_.program)
                                            : std::filesystem::absolute(command_.program);
  if (program.empty())
    throw Error{ExitCode::environment, fmt::format("cannot find the program '{}'", command_.program)}
        .because("it is in no folder of PATH")
        .hint("install it, or write its path");
  bp::environment environment;
  // Not by operator[]: it compares beyond the end of entries that are shorter than the name.
  for (const auto& [name, value] : command_.environment) environment.set(name, value);
  bp::pipe in;
  bp::pipe out;
  bp::pipe err;
  for (const bp::pipe* pipe : {&in, &out, &err, &life_})
    for (const int fd : {pipe->native_source(), pipe->native_sink()}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  const auto prepare = [&](auto& executor) {
    ::close(life_.native_sink());
    reset_signals();
    ::setpgid(0, 0);
    leave_guard(life_.native_source());
    close_others_on_exec();
    if (const int problem = become(command_.as); problem != 0)
      executor.set_error(std::error_code(problem, std::system_category()), "cannot drop root");
  };
  const std::string folder = command_.folder.empty() ? "." : command_.folder.string();
  try {
    child_ = bp::child(bp::exe = program.string(), bp::args = command_.arguments, environment,
                       bp::start_dir = folder, bp::std_in<in, bp::std_out> out, bp::std_err > err,
                       bp::extend::on_exec_setup = prepare);
  } catch (const bp::process_error& e) {
    throw start_error(command_, e.code().value());
  }
  pid_ = child_.id();
  ended_ = open_pidfd(pid_);
  ::close(life_.native_source());
  life_.assign_source(-1);
  const auto take = [](int fd) { return Stream{::fcntl(fd, F_DUPFD_CLOEXEC, 3)}; };
  input_ = take(in.native_sink());
  output_ = take(out.native_source());
  errors_ = take(err.native_source());
  for (const Stream* stream : {&input_, &output_, &errors_}) set_non_blocking(stream->fd);
  until_ = Clock::now() + command_.deadline;
}

/// Closing our end wakes the guard, but not before we return; so the group is killed here too. The guard
/// is a member of it, hence its id cannot have been given to anybody else yet.
void Running::kill_group() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  if (!has_ended_) {
    while (::waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
    }
    has_ended_ = true;
  }
  pid_ = -1;
}

bool Running::reaped() {
  if (has_ended_) return true;
  if (::waitpid(pid_, &wait_status_, WNOHANG) != pid_) return false;
  has_ended_ = true;
  if (phase_ == Phase::running) until_ = Clock::now() + grace_for_leftovers;
  return true;
}

void Running::feed() {
  if (input_.fd < 0) return;
  const std::string_view rest = std::string_view(command_.input).substr(written_);
  const ssize_t put = rest.empty() ? 0 : ::write(input_.fd, rest.data(), rest.size());
  if (put > 0) written_ += static_cast<std::size_t>(put);
  const bool broken = put < 0 && errno != EAGAIN && errno != EINTR;
  if (broken || written_ == command_.input.size()) input_.close();
}

void Running::drain(Stream& stream, std::string& kept) {
  std::array<char, 65536> buffer;
  while (stream.fd >= 0) {
    const ssize_t got = ::read(stream.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return stream.close();
    const std::size_t room = command_.output_limit_bytes - kept.size();
    const auto size = static_cast<std::size_t>(got);
    kept.append(buffer.data(), std::min(room, size));
    if (size > room) result_.output_cut = true;
    if (size < buffer.size()) return;
  }
}

milliseconds Running::time_left() const {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until_ - Clock::now()));
}

/// The deadline, a stop signal, or the end of a grace period.
void Running::on_time_up() {
  if (has_ended_ || phase_ == Phase::terminating) {
    ::kill(-pid_, SIGKILL);
    phase_ = Phase::killed;
    until_ = Clock::now() + std::chrono::seconds(10);
    return;
  }
  if (phase_ == Phase::killed) {  // unkillable (a dead disk): give up reading
    output_.close();
    errors_.close();
    return;
  }
  result_.deadline_passed = !stopped_;
  ::kill(-pid_, SIGTERM);
  phase_ = Phase::terminating;
  until_ = Clock::now() + grace_after_terminate;
}

void Running::wait_for_something() {
  std::array<pollfd, 5> wait{pollfd{output_.fd, POLLIN, 0}, pollfd{errors_.fd, POLLIN, 0},
                             pollfd{input_.fd, POLLOUT, 0}, pollfd{has_ended_ ? -1 : ended_, POLLIN, 0},
                             pollfd{stop_ != nullptr && !stopped_ ? stop_->fd() : -1, POLLIN, 0}};
  milliseconds limit = std::min(time_left(), milliseconds(60'000));
  if (ended_ < 0 && !has_ended_) limit = std::min(limit, milliseconds(10));  // no pidfd: look often
  ::poll(wait.data(), wait.size(), static_cast<int>(limit.count()));
}

ChildResult Running::finish() {
  while (!reaped() || output_.fd >= 0 || errors_.fd >= 0) {
    feed();
    drain(output_, result_.output);
    drain(errors_, result_.errors);
    if (has_ended_ && output_.fd < 0 && errors_.fd < 0) break;
    wait_for_something();
    if (stop_ != nullptr && !stopped_ && stop_->requested()) {
      stopped_ = true;
      if (phase_ == Phase::running) until_ = Clock::now();
    }
    if (time_left().count() == 0) on_time_up();
  }
  kill_group();
  if (stopped_) stop_->check();
  if (WIFEXITED(wait_status_)) result_.exit_status = WEXITSTATUS(wait_status_);
  if (WIFSIGNALED(wait_status_)) result_.signal = WTERMSIG(wait_status_);
  return std::move(result_);
}

}  // namespace

ChildResult run_child(const Command& command, const StopSignal* stop) {
  if (stop != nullptr) stop->check();
  Running running(command, stop);
  running.start();
  return running.finish();
}

std::filesystem::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, end)) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

std::map<std::string, std::string> minimal_environment(const std::vector<std::string>& names) {
  std::map<std::string, std::string> environment{{"LANG", "C.UTF-8"}};
  const auto copy = [&environment](const std::string& name) {
    if (const char* value = std::getenv(name.c_str())) environment[name] = value;
  };
  for (const char* name : {"PATH", "HOME", "TMPDIR"}) copy(name);
  for (const std::string& name : names) copy(name);
  return environment;
}

}  // namespace runner
