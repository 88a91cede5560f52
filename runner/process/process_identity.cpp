#include "runner/process/process_identity.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/process/descriptors.hpp"

#include <algorithm>
#include <csignal>
#include <sstream>

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runner {

static std::string read_proc(pid_t pid, const char* name) {
  try {
    return read_file(fmt::format("/proc/{}/{}", pid, name));
  } catch (const Error&) {
    return {};  // gone
  }
}

unsigned long long start_time_ticks(pid_t pid) {
  const std::string stat = read_proc(pid, "stat");
  const std::size_t name_end = stat.rfind(')');  // the name may hold anything, spaces and ')' too
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  unsigned long long ticks = 0;
  fields >> ticks;
  return ticks;
}

std::vector<std::string> command_line(pid_t pid) {
  std::vector<std::string> arguments;
  std::istringstream text(read_proc(pid, "cmdline"));
  for (std::string argument; std::getline(text, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

static bool ended_within(pid_t pid, unsigned long long ticks, int pidfd, int limit_ms) {
  if (pidfd >= 0) {
    pollfd wait{pidfd, POLLIN, 0};
    return ::poll(&wait, 1, limit_ms) == 1;
  }
  for (int waited = 0; waited < limit_ms; waited += 10) {
    if (start_time_ticks(pid) != ticks) return true;
    ::usleep(10'000);
  }
  return start_time_ticks(pid) != ticks;
}

bool end_process_if(pid_t pid, unsigned long long ticks, const std::string& argument) {
  // The descriptor first: from then on the checks and the signals concern the same process.
  const int pidfd = open_pidfd(pid);
  const auto send = [&](int signal) {
    if (pidfd < 0)
      ::kill(pid, signal);
    else
      ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0);
  };
  const std::vector<std::string> arguments = command_line(pid);
  const bool is_it = start_time_ticks(pid) == ticks &&
                     std::find(arguments.begin(), arguments.end(), argument) != arguments.end();
  bool ended = false;
  if (is_it) {
    send(SIGQUIT);
    ended = ended_within(pid, ticks, pidfd, 5000);
    if (!ended) {
      send(SIGKILL);
      ended = ended_within(pid, ticks, pidfd, 5000);
    }
  }
  if (pidfd >= 0) ::close(pidfd);
  return ended;
}

}  // namespace runner
