#pragma once

#include "runner/process/run_as.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace runner {

/// A long-running child whose stdout and stderr go to a file. Ended with us (PR_SET_PDEATHSIG = SIGQUIT,
/// set after the uid changed, because changing it clears the setting) unless `survives`.
class ServerProcess {
 public:
  struct Start {
    std::filesystem::path program{};
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> environment{};
    std::filesystem::path folder{};
    std::filesystem::path log{};
    RunAs as{};
    bool survives = false;
  };
  /// Throws: Error{environment} when it cannot be started.
  explicit ServerProcess(const Start& start);
  ~ServerProcess();  ///< SIGQUIT, then SIGKILL after 5 s, unless it survives
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  pid_t pid() const { return pid_; }
  bool running();  ///< reaps it when it has ended
  /// As waitpid(2) gives it, once it has ended; -1 before.
  int wait_status() const { return wait_status_; }
  /// Sends the signal and waits. Returns false when it is still running after `limit`.
  bool stop(int signal, std::chrono::milliseconds limit);
  void leave_running() { survives_ = true; }

 private:
  pid_t pid_ = -1;
  int wait_status_ = -1;
  bool survives_ = false;
};

}  // namespace runner
