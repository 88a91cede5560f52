#pragma once

#include <filesystem>

#include <sys/types.h>

namespace runner {

/// The unprivileged user that servers run as when we are root.
struct RunAs {
  uid_t uid = 0;
  gid_t gid = 0;
  bool drop = false;  ///< false: we are not root, nothing to drop
};

/// Ourselves when we are not root; else `postgres`, else `nobody`.
/// Throws: Error{environment} with what to do (no passwd entry, a user namespace without a second uid).
RunAs unprivileged_user();

/// Drops groups, gid and uid of the calling process for good. Async-signal-safe, for use after fork.
/// Returns 0 or the errno.
int become(const RunAs& as);

/// Whether that user may enter `folder`, all its parents included. Asked of the kernel by a child that
/// became the user, because mode bits alone don't tell (access control lists, mounts).
bool can_enter(const RunAs& as, const std::filesystem::path& folder);

}  // namespace runner
