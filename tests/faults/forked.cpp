#include "tests/faults/forked.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

pid_t fork_to(const std::function<int()>& work, const std::string& told) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  std::ofstream words(told);  // now, because `work` may hide the file under a mount
  int status = 0;
  try {
    status = work();
  } catch (const Error& error) {
    words << error.text() << std::flush;
    status = to_int(error.code());
  }
  ::_exit(status);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

int run_forked(const std::function<int()>& work, const std::string& told) {
  return wait_for(fork_to(work, told));
}

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::set<pid_t> children() {
  std::ifstream of_main_thread(fmt::format("/proc/self/task/{}/children", ::getpid()));
  return {std::istream_iterator<pid_t>(of_main_thread), {}};
}

static void reap(const std::set<pid_t>& ended) {
  for (const pid_t child : ended) ::waitpid(child, nullptr, WNOHANG);
}

bool all_children_end(const std::set<pid_t>& but) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (;;) {
    std::set<pid_t> others = children();
    for (const pid_t kept : but) others.erase(kept);
    if (others.empty()) return true;
    if (std::chrono::steady_clock::now() > until) return false;
    reap(others);
    ::usleep(2000);
  }
}

}  // namespace runner
