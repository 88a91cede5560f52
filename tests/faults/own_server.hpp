#pragma once

#include "runner/postgres/run_folder.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/postgres/session.hpp"
#include "runner/process/run_as.hpp"
#include "runner/process/server_process.hpp"

#include <optional>
#include <string>

namespace runner {

/// A server that a test stops and starts again. It is durable, as a target is.
class OwnServer {
 public:
  OwnServer();
  /// A standby that has everything that `primary`, which is stopped, has.
  struct StandbyOf {
    const OwnServer& primary;
  };
  explicit OwnServer(StandbyOf of);

  void start();
  void stop();          ///< fast: with a checkpoint
  void stop_at_once();  ///< immediate: the next start recovers
  void make(const std::string& database);
  DatabaseUrl url(const std::string& database) const;  ///< as the owner, who is no superuser
  DatabaseUrl admin_url(const std::string& database) const;
  std::filesystem::path folder() const { return folder_.path(); }

 private:
  RunAs as_;
  RunFolder folder_;
  std::optional<ServerProcess> server_{};
};

}  // namespace runner
