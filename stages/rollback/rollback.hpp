#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Takes applied versions back: tried on a shadow first, then on the target.
extern const StageHandler roll_back;

}  // namespace runner
