#include "tests/golden/golden_case.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner::golden {

namespace fs = std::filesystem;

/// The temporary folder of one case: project/ and beside it what the calls print.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "runner-golden-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error(std::strerror(errno));
    folder_ = pattern;
    fs::create_directory(project());
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  fs::path project() const { return folder_ / "project"; }
  fs::path output(const char* stream) const { return folder_ / stream; }

 private:
  fs::path folder_{};
};

using Environment = std::map<std::string, std::string>;

/// Nothing of the caller's environment reaches a case but where PostgreSQL is, so that CI and a laptop agree.
static Environment base_environment(const Scratch& scratch) {
  const fs::path program = RUNNER_PROGRAM;
  Environment environment{
      {"PATH", program.parent_path().string() + ":/usr/local/bin:/usr/bin:/bin"},
      {"HOME", scratch.output("home").string()},
      {"LANG", "C.UTF-8"},
      {"RUNNER_CACHE_DIR", RUNNER_GOLDEN_CACHE},
      {"GIT_CEILING_DIRECTORIES", scratch.project().parent_path().string()},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_AUTHOR_NAME", "A. Author"},
      {"GIT_AUTHOR_EMAIL", "author@example.org"},
      {"GIT_COMMITTER_NAME", "A. Author"},
      {"GIT_COMMITTER_EMAIL", "author@example.org"},
  };
  if (const char* binaries = std::getenv("RUNNER_PG_BIN")) environment["RUNNER_PG_BIN"] = binaries;
  return environment;
}

static void redirect(int descriptor, const fs::path& file) {
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(126);
}

/// Runs a line of sh in the project's folder; returns its exit code, or 128 + the signal.
static int call(const std::string& line, const Scratch& scratch, const Environment& environment) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : environment) pairs.push_back(name + "=" + value);
  std::vector<char*> entries;
  for (std::string& pair : pairs) entries.push_back(pair.data());
  entries.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::strerror(errno));
  if (child == 0) {
    redirect(STDOUT_FILENO, scratch.output("stdout"));
    redirect(STDERR_FILENO, scratch.output("stderr"));
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (::dup2(nothing, STDIN_FILENO) < 0 || ::chdir(scratch.project().c_str()) != 0) ::_exit(126);
    ::execle("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr), entries.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error(std::strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static std::string text_of(const fs::path& file, const fs::path& project) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return "(no such file)\n";
  std::ostringstream text;
  text << in.rdbuf();
  std::string shown = normalised(text.str(), project);
  if (!shown.empty() && shown.back() != '\n') shown += "\n(no newline at the end)\n";
  return shown;
}

static void write_project_file(const Section& section, const fs::path& project) {
  const fs::path file = project / section.argument;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << section.body;
}

static void copy_from_repository(const Section& section, const fs::path& project) {
  std::istringstream lines(section.body);
  for (std::string path; std::getline(lines, path);)
    fs::copy(fs::path(RUNNER_SOURCE_DIR) / path, project / path, fs::copy_options::recursive);
}

static void add_environment(const Section& section, Environment& environment) {
  std::istringstream lines(section.body);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    environment[line.substr(0, equals)] = equals == std::string::npos ? "" : line.substr(equals + 1);
  }
}

static void commit_everything(const Scratch& scratch, const Environment& environment) {
  static constexpr const char* line =
      "{ [ -d .git ] || git init -q -b main; } && git add -A && git commit -qm base --allow-empty";
  if (call(line, scratch, environment) != 0)
    throw std::runtime_error("git: " + text_of(scratch.output("stderr"), {}));
}

Case run_case(const Case& expected) {
  const Scratch scratch;
  fs::create_directories(RUNNER_GOLDEN_CACHE);
  fs::create_directory(scratch.output("home"));
  Environment environment = base_environment(scratch);
  Case seen{.file = expected.file, .intro = expected.intro};
  for (const Section& section : expected.sections) {
    const std::string& word = section.word;
    if (word == "stdout" || word == "stderr" || word == "exit") continue;  // written below its run
    seen.sections.push_back(section);
    if (word == "copy") copy_from_repository(section, scratch.project());
    if (word == "file") write_project_file(section, scratch.project());
    if (word == "env") add_environment(section, environment);
    if (word == "commit") commit_everything(scratch, environment);
    if (word == "result")
      seen.sections.back().body = text_of(scratch.project() / section.argument, scratch.project());
    if (word == "run") {
      const int code = call(section.body, scratch, environment);
      for (const char* stream : {"stdout", "stderr"})
        seen.sections.push_back({.word = stream, .body = text_of(scratch.output(stream), scratch.project())});
      seen.sections.push_back({.word = "exit", .body = fmt::format("{}\n", code)});
    }
  }
  return seen;
}

}  // namespace runner::golden
