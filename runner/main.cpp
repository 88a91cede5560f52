#include "runner/cli/command.hpp"
#include "runner/core/error.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "stages/registry.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace runner;

/// A closed standard descriptor would be given to the next file or socket, and text meant for people would
/// end up there. Returns whether stdout was open.
static bool keep_standard_descriptors() {
  bool stdout_open = true;
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) {
      if (fd == STDOUT_FILENO) stdout_open = false;
      if (::open("/dev/null", O_RDWR) != fd) std::_Exit(to_int(ExitCode::environment));
    }
  return stdout_open;
}

/// Nobody reading any more (`| head`) is no failure of ours; a full disk is.
static void write_results(std::string_view text, bool stdout_open) {
  int problem = !stdout_open && !text.empty() ? EBADF : 0;
  while (!text.empty() && problem == 0) {
    const ssize_t put = ::write(STDOUT_FILENO, text.data(), text.size());
    if (put >= 0)
      text.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR)
      problem = errno;
  }
  if (problem != 0 && problem != EPIPE)
    throw Error{ExitCode::environment, "cannot write the result to stdout"}.because(std::strerror(problem));
}

/// The last guard: whatever a library put into its message, secrets and control characters go no further.
static int tell(const Error& error) {
  std::cerr << clean_text(hide_secrets(error.text()));
  // GitLab ends a failed job's log with the bare number.
  if (const char* gitlab = std::getenv("GITLAB_CI"); gitlab != nullptr && *gitlab != '\0')
    std::cerr << "exit code " << to_int(error.code()) << ": " << meaning(error.code()) << '\n';
  return to_int(error.code());
}

static int run_guarded(const std::vector<std::string>& arguments) {
  const bool stdout_open = keep_standard_descriptors();
  // Results are written at the end: what was not finished is not half told.
  std::ostringstream results;
  CliContext context{stage_handlers(), results, std::cerr, stage_commands()};
  try {
    const int code = run_cli(arguments, context);
    write_results(results.view(), stdout_open);
    return code;
  } catch (const Error& error) {
    return tell(error);
  }
}

int main(int argc, char** argv) {
  forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away must not end a migration half-way
  try {
    return run_guarded({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::bad_alloc&) {
    return tell(Error{ExitCode::environment, "out of memory"});
  } catch (const std::filesystem::filesystem_error& problem) {
    return tell(Error{ExitCode::environment, "the file system refused"}.because(problem.what()));
  } catch (const std::exception& problem) {
    return tell(Error{ExitCode::environment, "internal error"}
                    .because(problem.what())
                    .hint("report this together with the command line"));
  }
}
