#pragma once

#include "runner/core/run_report.hpp"

namespace runner {

/// A stage with a passed step, a failed one (error and warning findings) and one that was not run.
StageReport failed_report();

}  // namespace runner
