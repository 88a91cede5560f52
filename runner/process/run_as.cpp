#include "runner/process/run_as.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

#include <cerrno>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

/// Whether this user namespace knows `id`. Source: user_namespaces(7), /proc/pid/uid_map.
static bool mapped(const char* map_file, unsigned long id) {
  std::istringstream lines;
  try {
    lines.str(read_file(map_file));
  } catch (const Error&) {
    return true;  // no /proc or no user namespaces: setuid itself will tell
  }
  unsigned long first = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  while (lines >> first >> outside >> count)
    if (id >= first && id - first < count) return true;
  return false;
}

RunAs unprivileged_user() {
  if (::geteuid() != 0) {
    if (::getpwuid(::geteuid()) == nullptr)
      throw Error{ExitCode::environment,
                  fmt::format("the current user (uid {}) has no entry in /etc/passwd", ::geteuid())}
          .because("initdb and postgres look up the name of the user that they run as")
          .hint(fmt::format("run as a user that exists, or add a line such as "
                            "'runner:x:{}:{}::/tmp:/bin/sh' to /etc/passwd",
                            ::geteuid(), ::getegid()));
    return RunAs{::geteuid(), ::getegid(), false};
  }
  std::string unmapped;
  for (const char* name : {"postgres", "nobody"}) {
    const passwd* entry = ::getpwnam(name);
    if (entry == nullptr || entry->pw_uid == 0) continue;
    if (mapped("/proc/self/uid_map", entry->pw_uid) && mapped("/proc/self/gid_map", entry->pw_gid))
      return RunAs{entry->pw_uid, entry->pw_gid, true};
    unmapped += fmt::format("{}{} (uid {})", unmapped.empty() ? "" : ", ", name, entry->pw_uid);
  }
  Error error{ExitCode::environment, "cannot start a server as root, and there is no user to drop to"};
  if (unmapped.empty())
    throw error.because("neither 'postgres' nor 'nobody' has an entry in /etc/passwd")
        .hint("run `useradd --system postgres`, or run as a user that is not root");
  throw error.because(fmt::format("this user namespace does not map {}", unmapped))
      .hint(
          "run as a user that is not root, or give the namespace a range of subordinate ids (/etc/subuid, "
          "/etc/subgid)");
}

int become(const RunAs& as) {
  if (!as.drop) return 0;
  if (::setgroups(0, nullptr) != 0) return errno;
  if (::setgid(as.gid) != 0) return errno;
  if (::setuid(as.uid) != 0) return errno;
  return 0;
}

bool can_enter(const RunAs& as, const std::filesystem::path& folder) {
  if (!as.drop) return ::access(folder.c_str(), X_OK) == 0;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(become(as) == 0 && ::chdir(folder.c_str()) == 0 ? 0 : 1);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace runner
