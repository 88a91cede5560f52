#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Compares the target's catalogue with that of a shadow on which the applied migrations were executed.
extern const StageHandler verify;

}  // namespace runner
