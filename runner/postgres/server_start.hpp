#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/postgres/cluster.hpp"
#include "runner/process/server_process.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace runner {

/// Where the parts of one server lie.
struct ServerLayout {
  std::filesystem::path data{};
  std::filesystem::path socket{};  ///< folder of the socket, at most longest_socket_folder bytes
  std::filesystem::path log{};
};

/// Starts `postgres` on the data directory and waits until it takes connections.
/// Throws: Error{environment} with the log's last lines; Error{interrupted}.
ServerProcess start_server(const ServerBinaries& binaries, const ServerLayout& layout, const RunAs& as,
                           Cluster::Durability durability, bool survives, const StopSignal* stop);

/// What PostgreSQL's own programs need: no variable of libpq's, UTC, English messages.
std::map<std::string, std::string> server_environment();

/// Makes a data directory in the empty folder `data`: superuser runner_admin, the role `owner`, and only the
/// database `postgres`, which that role owns.
void initialise_data(const ServerBinaries& binaries, const std::filesystem::path& data, const RunAs& as,
                     const std::string& owner, const StopSignal* stop);

/// Leaves one WAL segment of a data directory whose server was shut down: what is copied for every shadow
/// should hold no spare ones.
void trim_wal(const ServerBinaries& binaries, const std::filesystem::path& data, const RunAs& as,
              const StopSignal* stop);

/// Locale of the databases: C.UTF-8, or C where the system has no such locale.
std::string database_locale();

/// The last lines of a log, for messages.
std::string last_lines(const std::filesystem::path& log, std::size_t lines = 15);

/// The server's process id by its postmaster.pid; 0 without one.
pid_t recorded_postmaster(const std::filesystem::path& data);

/// Whether processes still use the shared memory that postmaster.pid names: children of a postmaster that
/// was killed, which end when they next wait for something.
bool shared_memory_in_use(const std::filesystem::path& data);

}  // namespace runner
