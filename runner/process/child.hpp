#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/process/run_as.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// A program to run. Nothing goes through a shell.
struct Command {
  std::string program{};  ///< a path, or a name looked up in PATH
  std::vector<std::string> arguments{};
  std::map<std::string, std::string> environment{};  ///< the whole environment of the child
  std::filesystem::path folder{};                    ///< working folder; empty: ours
  std::string input{};                               ///< written to its stdin, which is then closed
  std::chrono::milliseconds deadline = std::chrono::hours(24);
  RunAs as{};                                ///< drop root first
  std::size_t output_limit_bytes = 1 << 20;  ///< of stdout and stderr each; the rest is read and dropped
};

struct ChildResult {
  int exit_status = 0;  ///< valid when neither signal nor deadline ended it
  int signal = 0;
  bool deadline_passed = false;  ///< its process group got SIGTERM, after 2 s SIGKILL
  bool output_cut = false;
  std::string output{};
  std::string errors{};
  bool succeeded() const { return exit_status == 0 && signal == 0 && !deadline_passed; }
};

/// Runs to the end in a process group of its own; on a stop signal the group is ended and
/// Error{interrupted} thrown. The whole group dies with us, even by kill -9. What the program leaves
/// running in its group is killed one second after it ended.
/// Throws: Error{ExitCode::environment} when the program cannot be started.
ChildResult run_child(const Command& command, const StopSignal* stop = nullptr);

/// `name` in PATH, or empty.
std::filesystem::path find_program(const std::string& name);

/// PATH, HOME, LANG=C.UTF-8, TMPDIR and whichever of `names` are set: what a child needs, no more.
std::map<std::string, std::string> minimal_environment(const std::vector<std::string>& names = {});

}  // namespace runner
