#pragma once

#include "runner/core/reporter.hpp"

#include <iosfwd>
#include <memory>

namespace runner {

struct ConsoleStyle {
  bool colour = false;
  bool terminal = false;  ///< progress may redraw its line
  bool gitlab = false;    ///< collapsible sections
  int verbosity = 0;      ///< -1 quiet, 1 verbose
  int columns = 80;
  /// What stderr, GITLAB_CI, NO_COLOR, TERM and COLUMNS say.
  static ConsoleStyle detect(int verbosity);
};

/// Progress and findings as lines on `log`; the verdict goes there too.
std::unique_ptr<Reporter> console_reporter(std::ostream& log, ConsoleStyle style);

}  // namespace runner
