#pragma once

#include <string_view>

namespace runner {

/// What the process tells its caller. The numbers are a public contract: pipelines gate on them.
enum class ExitCode : int {
  passed = 0,         ///< passed, or nothing to do
  failed = 1,         ///< a check failed, or a migration's SQL was refused
  usage = 2,          ///< command line, variables or pipeline file
  environment = 3,    ///< no connection, missing tool or extension, no permission, disk full
  busy = 4,           ///< lock budget spent or another runner at work; safe to retry
  refused = 5,        ///< needs an acknowledgement
  unknown = 6,        ///< the connection died at COMMIT and the outcome could not be established
  interrupted = 130,  ///< SIGINT
  terminated = 143,   ///< SIGTERM
};

/// One short clause for people: "usage: command line, variables or pipeline file".
std::string_view meaning(ExitCode code);

constexpr int to_int(ExitCode code) {
  return static_cast<int>(code);
}

}  // namespace runner
