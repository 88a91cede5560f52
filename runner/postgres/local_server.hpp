#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/url.hpp"
#include "runner/process/run_as.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// A developer's own database: durable, in <root>/.runner/local (RUNNER_LOCAL_DIR), until `db reset`.
/// It outlives the process that started it. Started as root, the server runs as another user, who may not be
/// able to enter the checkout (below /root, say): then it lies in /var/lib/runner/<digest of the path>.
/// Two calls at once wait for each other.
class LocalServer {
 public:
  explicit LocalServer(const std::filesystem::path& root, const StopSignal* stop = nullptr);

  bool exists() const;
  bool running() const;
  /// Starts it, making it first (with the preludes) when it does not exist. Returns at once when it runs.
  DatabaseUrl start(const std::vector<std::string>& preludes);
  bool stop();                                           ///< false: it was not running
  void reset(const std::vector<std::string>& preludes);  ///< stop, delete, make and start anew
  std::optional<DatabaseUrl> url() const;  ///< of the running server; as the owner, no superuser
  const std::filesystem::path& folder() const { return folder_; }
  /// The server's process id, or 0: by its postmaster.pid, when that process is a server over this data.
  pid_t pid() const;

 private:
  std::filesystem::path data() const { return folder_ / "data"; }
  void settle(const RunAs& as);
  void make(const std::vector<std::string>& preludes, const std::filesystem::path& data,
            const RunAs& as) const;
  void start_locked(const std::vector<std::string>& preludes, const RunAs& as);
  bool stop_locked();
  std::filesystem::path socket() const;

  std::filesystem::path root_;
  std::filesystem::path folder_;
  const StopSignal* stop_;
};

}  // namespace runner
