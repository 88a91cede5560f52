#include "runner/core/stop_signal.hpp"

#include "runner/core/error.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace runner {

namespace {
// A signal handler can reach nothing but globals.
std::atomic<int> seen_signal{0};  // the first: it says the exit code
std::atomic<bool> seen_interrupt{false};
std::atomic<bool> seen_terminate{false};
std::atomic<int> write_end{-1};
int read_end = -1;
struct sigaction previous_interrupt {};
struct sigaction previous_terminate {};
}  // namespace

extern "C" {
static void on_stop_signal(int signal) {
  const int keep = errno;
  int nothing = 0;
  seen_signal.compare_exchange_strong(nothing, signal);
  if ((signal == SIGTERM ? seen_terminate : seen_interrupt).exchange(true)) {
    // Asked twice: the person no longer wants to wait for a tidy end.
    std::signal(signal, SIG_DFL);
    ::raise(signal);
  }
  const char byte = 1;
  [[maybe_unused]] const ssize_t put = ::write(write_end.load(), &byte, 1);
  errno = keep;
}
}

StopSignal::StopSignal() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw Error{ExitCode::environment, "cannot make a pipe"}.because(std::strerror(errno));
  read_end = ends[0];
  write_end = ends[1];
  seen_signal = 0;
  seen_interrupt = false;
  seen_terminate = false;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
  ::close(read_end);
  ::close(write_end.exchange(-1));
  read_end = -1;
}

int StopSignal::fd() const {
  return read_end;
}

bool StopSignal::requested() const {
  return seen_signal != 0;
}

ExitCode StopSignal::exit_code() const {
  return seen_signal == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
}

void StopSignal::check() const {
  if (requested())
    throw Error{exit_code(), seen_signal == SIGTERM ? "terminated by SIGTERM" : "interrupted by SIGINT"};
}

}  // namespace runner
