#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/postgres/url.hpp"
#include "runner/process/server_process.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace runner {

/// The superuser of every server that we make ourselves. Migrations never run as this role.
inline constexpr const char* embedded_superuser = "runner_admin";
/// The role that owns the database `postgres` of such a server, without superuser rights.
inline constexpr const char* embedded_owner = "postgres";

/// One embedded PostgreSQL server over a data directory of its own: a run folder (0700) on /dev/shm or
/// on disk that holds data/, the socket's folder, log, and a lock by which a later run tells a
/// leftover from a live one. Ends (immediate stop, folder removed) with this object.
class Cluster {
 public:
  enum class Durability { off, on };
  /// Makes a run folder and sweeps leftovers of runs that died.
  Cluster(ServerBinaries binaries, const StopSignal* stop);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// initdb; superuser runner_admin, only the database `postgres`, which the role `owner` owns.
  void create(const std::string& owner = embedded_owner);
  /// Copies a prepared data directory. False: there is none; a damaged one is thrown away.
  bool copy_from(const std::filesystem::path& prepared);
  void start();  ///< Error{environment} with the log's last lines when it won't
  void stop();   ///< fast shutdown with a checkpoint: the data directory can be kept
  /// Copies the stopped data directory to `prepared`, published by atomic rename; a loser of a race is fine.
  void publish(const std::filesystem::path& prepared) const;
  /// Copies the stopped data directory into the empty folder `data`, for the user that servers run as.
  void copy_to(const std::filesystem::path& data) const;

  bool running() const;
  /// Where the server's socket is. Throws nothing; the server need not run.
  DatabaseUrl url(std::string_view role, std::string_view database = "postgres") const;
  const ServerBinaries& binaries() const { return binaries_; }
  std::filesystem::path log() const;

 private:
  struct Impl;
  ServerBinaries binaries_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
