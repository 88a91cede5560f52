#pragma once

#include "runner/core/stop_signal.hpp"

#include <chrono>

namespace runner {

/// Throws: Error{interrupted, terminated} at once on a stop signal.
void sleep_unless_stopped(std::chrono::milliseconds time, const StopSignal& stop);

/// Between half of the time and all of it, so that several runners do not try in step.
std::chrono::milliseconds jittered(std::chrono::milliseconds time);

}  // namespace runner
