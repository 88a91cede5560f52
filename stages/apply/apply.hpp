#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// Applies what is pending to the target, one transaction a migration.
extern const StageHandler apply;

}  // namespace runner
