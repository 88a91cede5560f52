#pragma once

#include "runner/migration/stage_handler.hpp"

namespace runner {

/// An assertion in SQL: any row that it returns is a finding.
extern const StageHandler query;

}  // namespace runner
