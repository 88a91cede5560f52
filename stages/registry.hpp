#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Every stage handler, in the order that `runner list` shows them.
StageHandlers stage_handlers();

}  // namespace runner
