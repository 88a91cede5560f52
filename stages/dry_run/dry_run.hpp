#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Executes what is pending on a shadow database that looks like the target.
extern const StageHandler dry_run;

}  // namespace runner
