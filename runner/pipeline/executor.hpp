#pragma once

#include "runner/core/run_report.hpp"
#include "runner/pipeline/job_variables.hpp"
#include "runner/pipeline/pipeline.hpp"

#include <string>

namespace runner {

struct RunRequest {
  const Pipeline& pipeline;
  const Stage& stage;
  std::string base{};   ///< --base
  std::string again{};  ///< the command that gives the same verdict elsewhere
};

/// Runs a stage: connects to the target, makes the plan, runs the steps in order, stops at the first that
/// fails unless it says on_failure: continue. After a step that writes, the plan is made again.
/// Whatever is thrown, by us or by a library, becomes part of the report, so that it can always be written;
/// steps that did not run are in it as skipped. The reporter has been told everything when this returns.
/// Where a step writes and this is a GitLab pipeline, `variables` gets what its later jobs may use.
StageReport run_stage(const RunRequest& request, Reporter& reporter, const StopSignal& stop,
                      JobVariables* variables = nullptr);

}  // namespace runner
