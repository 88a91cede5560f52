#include "tests/faults/program.hpp"

#include "runner/core/file.hpp"
#include "tests/faults/forked.hpp"

#include <csignal>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

static Program::Variables environment_of(const DatabaseUrl& url, const Program::Variables& variables) {
  Program::Variables all{{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                         {"HOME", "/nonexistent"},
                         {"LANG", "C.UTF-8"},
                         {"RUNNER_CACHE_DIR", test_cache().string()},
                         {"DATABASE_URL", url.uri()}};
  for (const char* kept : {"RUNNER_PG_BIN", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR"})
    if (const char* value = std::getenv(kept)) all[kept] = value;
  for (const auto& [name, value] : variables) all[name] = value;
  return all;
}

static std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Program::Program(const std::filesystem::path& folder, const std::string& stage, const DatabaseUrl& url,
                 const Variables& variables) {
  std::vector<std::string> words{RUNNER_PROGRAM, "run", stage, "--report-dir", output_ / "report"};
  std::vector<std::string> pairs;
  for (const auto& [name, value] : environment_of(url, variables)) pairs.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = pointers_to(pairs);
  const int out = ::open((output_ / "told").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = ::fork();
  if (pid_ != 0) ::close(out);
  if (pid_ != 0) return;
  // Other threads of the test may hold locks: nothing from here on allocates.
  if (::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0 || ::chdir(folder.c_str()) != 0)
    ::_exit(126);
  ::execve(arguments[0], arguments.data(), environment.data());
  ::_exit(127);
}

Program::~Program() {
  if (pid_ <= 0 || code_ >= 0) return;
  signal(SIGKILL);
  wait();
}

void Program::signal(int number) const {
  if (code_ < 0) ::kill(pid_, number);
}

int Program::wait() {
  if (code_ < 0) code_ = wait_for(pid_);
  return code_;
}

bool Program::ended() {
  siginfo_t how{};
  return code_ >= 0 || (::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                        how.si_pid == pid_);
}

std::string Program::told() const {
  return read_file(output_ / "told");
}

}  // namespace runner
