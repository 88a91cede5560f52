#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// A project's own check: any program, told by JSON on its stdin what is applied and pending.
extern const StageHandler exec;

}  // namespace runner
