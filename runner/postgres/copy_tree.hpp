#pragma once

#include <cstdint>
#include <filesystem>

#include <sys/types.h>

namespace runner {

struct TreeSize {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool operator==(const TreeSize&) const = default;
};

/// Who the copies belong to; -1: whoever we are.
struct TreeOwner {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};

/// Copies the files and folders of `from` into the new folder `to` (0700, files 0600), by reference where
/// the file system can. `to` may exist when it is empty. Nothing is synced to disk.
/// Throws: Error{environment}, also for a symbolic link: a data directory with tablespaces is not one file
/// tree any more.
TreeSize copy_tree(const std::filesystem::path& from, const std::filesystem::path& to, TreeOwner owner = {});

/// Waits until all of `folder` is on the disk.
void sync_tree(const std::filesystem::path& folder);

}  // namespace runner
