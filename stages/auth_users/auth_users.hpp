#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

extern const StageHandler auth_users;

}  // namespace runner
