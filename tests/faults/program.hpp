#pragma once

#include "runner/postgres/url.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace runner {

/// The built program, at work in a process of its own. Killed when this goes before it has ended.
class Program {
 public:
  using Variables = std::map<std::string, std::string>;
  /// `runner run <stage>` in `folder`, about the database at `url`. `variables` join the environment, which
  /// holds nothing else of the caller's that could decide a test.
  Program(const std::filesystem::path& folder, const std::string& stage, const DatabaseUrl& url,
          const Variables& variables = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Its exit code, or 1000 + the signal that ended it.
  int wait();
  bool ended();
  /// What it said so far, stdout and stderr.
  std::string told() const;

 private:
  TestFolder output_{};
  pid_t pid_ = -1;
  int code_ = -1;
};

/// Of what a program told.
inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace runner
