#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace runner::testing {

/// A temporary folder that is a project, perhaps with git; removed at the end.
class ProjectFolder {
 public:
  ProjectFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "runner-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = std::filesystem::canonical(pattern);
    // What the machine or a pipeline says must not decide a test. The children inherit it.
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "CI_DEFAULT_BRANCH",
                             "CI_MERGE_REQUEST_DIFF_BASE_SHA"})
      ::unsetenv(name);
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    ::setenv("GIT_CEILING_DIRECTORIES", path_.parent_path().c_str(), 1);
    for (const char* who : {"AUTHOR", "COMMITTER"}) {
      ::setenv(("GIT_" + std::string(who) + "_NAME").c_str(), "A. Tester", 1);
      ::setenv(("GIT_" + std::string(who) + "_EMAIL").c_str(), "tester@example.org", 1);
      ::setenv(("GIT_" + std::string(who) + "_DATE").c_str(), "2026-03-01T12:00:00Z", 1);
    }
  }
  ~ProjectFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ProjectFolder(const ProjectFolder&) = delete;
  ProjectFolder& operator=(const ProjectFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  std::filesystem::path migrations() const { return path_ / "migrations"; }
  std::filesystem::path rollbacks() const { return path_ / "rollbacks"; }

  ProjectFolder& write(std::string_view name, std::string_view text = "SELECT 1;\n") {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return *this;
  }
  /// A migration with its rollback.
  ProjectFolder& pair(const std::string& label, std::string_view text = "SELECT 1;\n") {
    write("migrations/" + label + ".sql", text);
    return write("rollbacks/" + label + ".rollback.sql");
  }
  ProjectFolder& remove(std::string_view name) {
    std::filesystem::remove_all(path_ / name);
    return *this;
  }

  /// Runs a shell command in the folder; it has to succeed.
  ProjectFolder& shell(const std::string& command) {
    const std::string line = "cd '" + path_.string() + "' && { " + command + "; } >/dev/null 2>shell.errors";
    if (std::system(line.c_str()) != 0) {
      std::ifstream errors(path_ / "shell.errors");
      throw std::runtime_error(command + ": " + std::string(std::istreambuf_iterator<char>(errors), {}));
    }
    std::filesystem::remove(path_ / "shell.errors");
    return *this;
  }
  ProjectFolder& commit_all(const std::string& subject = "Change") {
    if (!std::filesystem::exists(path_ / ".git")) shell("git init -q -b main");
    return shell("git add -A && git commit -q --allow-empty -m '" + subject + "'");
  }

 private:
  std::filesystem::path path_;
};

/// An environment variable for the length of a test.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~ScopedVariable() { ::unsetenv(name_.c_str()); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  std::string name_;
};

}  // namespace runner::testing
