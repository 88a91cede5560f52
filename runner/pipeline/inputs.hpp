#pragma once

#include "runner/migration/plan.hpp"
#include "runner/migration/shadows.hpp"
#include "runner/pipeline/pipeline.hpp"

#include <string>

namespace runner {

/// What the pipeline file says about the files and the history that a plan compares.
PlanInput plan_input_of(const Pipeline& pipeline, const HistoryTable& history, Session* target,
                        const std::string& base = {});

/// What it says about shadows. Throws: Error{usage} when `shadow.server` is no address.
ShadowSettings shadow_settings_of(const Pipeline& pipeline);

}  // namespace runner
