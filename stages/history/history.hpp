#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

extern const StageHandler history;

}  // namespace runner
