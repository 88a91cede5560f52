#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Judges the text of pending migrations and of their rollbacks by rules, before anything is executed.
extern const StageHandler lint;

}  // namespace runner
