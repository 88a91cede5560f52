#pragma once

#include "runner/postgres/server_binaries.hpp"

#include <filesystem>
#include <optional>

namespace runner {

/// Where an installation keeps what its server reads. Nothing for a layout that we do not know.
struct InstallationFolders {
  std::filesystem::path bin;
  std::filesystem::path share;    ///< with extension/
  std::filesystem::path library;  ///< with the loadable modules
};
std::optional<InstallationFolders> installation_folders(const ServerBinaries& binaries);

/// A copy of the `postgres` program in a private tree whose extensions are all trusted, so that the owner of
/// a database creates, updates and drops them without superuser rights, as managed services allow, also
/// inside DO. Everything but the program and the control files are symbolic links. Untrusted languages stay
/// untrusted: with them an owner could run any program. Known extensions that are missing have stand-ins
/// there.
///
/// Kept beside the other temporary files and reused while the installation does not change; may be deleted
/// while no server runs on it. Returns the program's path in the tree, or the installation's own where no
/// tree can be made (a layout we do not know, no folder that allows execution). Source: PostgreSQL manual,
/// "Packaging Related Objects into an Extension", trusted; src/port/path.c, make_relative_path: the program
/// finds share and lib relative to where it lies itself.
std::filesystem::path trusting_server(const ServerBinaries& binaries);

}  // namespace runner
