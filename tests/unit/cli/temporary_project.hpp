#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A new folder as the working folder, and the environment without what would name a pipeline or a database;
/// both as before when this object ends.
class TemporaryProject {
 public:
  TemporaryProject();
  ~TemporaryProject();
  TemporaryProject(const TemporaryProject&) = delete;
  TemporaryProject& operator=(const TemporaryProject&) = delete;

  void write(const std::string& name, std::string_view text) const;
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
  const std::filesystem::path& path() const { return path_; }

  /// Calls run_cli. What it throws becomes the exit code, and its text part of `log`.
  int call(const std::vector<std::string>& arguments);
  std::string out() const { return out_.str(); }
  std::string log() const { return log_.str(); }

 private:
  std::filesystem::path path_;
  std::filesystem::path before_;
  std::ostringstream out_;
  std::ostringstream log_;
};

}  // namespace runner
