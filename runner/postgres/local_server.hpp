#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/url.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// A developer's own database: durable, in <root>/.runner/local (RUNNER_LOCAL_DIR), until `db reset`.
/// It outlives the process that started it.
class LocalServer {
 public:
  explicit LocalServer(std::filesystem::path root, const StopSignal* stop = nullptr);

  bool exists() const;
  bool running() const;
  /// Starts it, making it first (with the preludes) when it does not exist. Returns at once when it runs.
  DatabaseUrl start(const std::vector<std::string>& preludes);
  bool stop();                                           ///< false: it was not running
  void reset(const std::vector<std::string>& preludes);  ///< stop, delete, make and start anew
  std::optional<DatabaseUrl> url() const;                ///< of the running server
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path root_;
  std::filesystem::path folder_;
  const StopSignal* stop_;
};

}  // namespace runner
