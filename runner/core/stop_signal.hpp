#pragma once

#include "runner/core/exit_code.hpp"

namespace runner {

/// SIGINT and SIGTERM as a file descriptor that becomes readable, so that every wait can include it.
/// One instance in a process; the second signal of a kind kills at once, as people expect.
class StopSignal {
 public:
  StopSignal();  ///< installs the handlers
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  int fd() const;  ///< poll for POLLIN; stays readable once requested
  bool requested() const;
  ExitCode exit_code() const;  ///< interrupted (130) or terminated (143); only when requested
  /// Throws: Error{interrupted or terminated} when requested.
  void check() const;
};

}  // namespace runner
