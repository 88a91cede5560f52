#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Proves on a shadow that each rollback restores what was there before its migration.
extern const StageHandler round_trip;

}  // namespace runner
