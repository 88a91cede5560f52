#pragma once

#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/postgres/url.hpp"

#include <memory>

namespace runner {

/// Roles belong to a whole server, so those that a run makes on `shadow.server` would stay behind. As long as
/// this object lives, no other run makes any there; at its end the ones that were made meanwhile are
/// dropped, and named if they can't be. What a run does to roles that were there before stays.
class RemoteRoles {
 public:
  /// Waits for other runs on the server. Throws: Error{busy} when that takes too long.
  RemoteRoles(const DatabaseUrl& server, const StopSignal* stop, Reporter& reporter);
  ~RemoteRoles();
  RemoteRoles(const RemoteRoles&) = delete;
  RemoteRoles& operator=(const RemoteRoles&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
