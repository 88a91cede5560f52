#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Seed files of SQL, then datasets, then what the rows must exercise.
extern const StageHandler seed_step;

}  // namespace runner
