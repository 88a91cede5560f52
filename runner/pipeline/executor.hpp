#pragma once

#include "runner/core/run_report.hpp"
#include "runner/pipeline/pipeline.hpp"

#include <functional>
#include <string>

namespace runner {

struct RunRequest {
  const Pipeline& pipeline;
  const Stage& stage;
  std::string base{};
};

/// Runs a stage: connects to the target, makes the plan, runs the steps in order, stops at the first that
/// fails unless it says on_failure: continue. Errors and interruptions become part of the report, so that
/// it can always be written.
StageReport run_stage(const RunRequest& request, Reporter& reporter, const StopSignal& stop);

}  // namespace runner
