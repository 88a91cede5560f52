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

/// Gone, or a zombie that only its parent can remove.
static bool is_gone(pid_t pid, unsigned long long ticks) {
  return start_time_ticks(pid) != ticks || command_line(pid).empty();
}

static bool ended_within(pid_t pid, unsigned long long ticks, int pidfd, std::chrono::milliseconds limit) {
  if (pidfd >= 0) {
    pollfd wait{pidfd, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(limit.count())) == 1;
  }
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!is_gone(pid, ticks) && std::chrono::steady_clock::now() < until) ::usleep(10'000);
  return is_gone(pid, ticks);
}

bool signal_and_wait(pid_t pid, unsigned long long ticks, int signal, std::chrono::milliseconds limit) {
  // The descriptor first: from then on the check and the signal concern the same process.
  const int pidfd = open_pidfd(pid);
  bool gone = is_gone(pid, ticks);
  if (!gone) {
    if (pidfd >= 0)
      ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0);
    else
      ::kill(pid, signal);
    gone = ended_within(pid, ticks, pidfd, limit);
  }
  if (pidfd >= 0) ::close(pidfd);
  return gone;
}

bool end_process_if(pid_t pid, unsigned long long ticks, const std::string& argument) {
  const std::vector<std::string> arguments = command_line(pid);
  if (start_time_ticks(pid) != ticks ||
      std::find(arguments.begin(), arguments.end(), argument) == arguments.end())
    return false;
  return signal_and_wait(pid, ticks, SIGQUIT, std::chrono::seconds(5)) ||
         signal_and_wait(pid, ticks, SIGKILL, std::chrono::seconds(5));
}

}  // namespace runner
