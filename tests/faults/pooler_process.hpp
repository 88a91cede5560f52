#pragma once

#include "runner/postgres/url.hpp"
#include "runner/process/server_process.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace runner {

/// PgBouncer's program, or an empty path.
std::filesystem::path pgbouncer();

/// PgBouncer before one database, on a Unix socket.
class PoolerProcess {
 public:
  /// `mode`: "session" or "transaction".
  PoolerProcess(const DatabaseUrl& server, const std::string& mode);
  DatabaseUrl url() const;

 private:
  DatabaseUrl server_;
  TestFolder folder_{};
  std::optional<ServerProcess> process_{};
};

}  // namespace runner
