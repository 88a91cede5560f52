#pragma once

#include <filesystem>
#include <string>

namespace runner {

/// A PostgreSQL installation of this machine.
struct ServerBinaries {
  std::filesystem::path folder{};  ///< holds postgres, initdb, pg_dump
  std::string version{};           ///< "15.18"
  int major = 0;
  bool stand_ins = true;  ///< servers of ours have stand-ins for extensions that are not installed
};

/// RUNNER_PG_BIN, `pg_config --bindir`, the newest /usr/lib/postgresql/*/bin; among several, the one of
/// `wanted_major` first (0: any).
/// Throws: Error{environment} with the package to install.
ServerBinaries find_server_binaries(int wanted_major = 0);

/// pg_dump of a major of at least `server_major`, or an empty path.
std::filesystem::path find_pg_dump(int server_major);

}  // namespace runner
