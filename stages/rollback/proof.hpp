#pragma once

#include "runner/migration/stage_handler.hpp"
#include "stages/rollback/way_back.hpp"

#include <string>
#include <vector>

namespace runner {

enum class Verdict { proven, refuted, unproven };

struct Proof {
  Verdict verdict = Verdict::unproven;
  std::string reason{};  ///< of unproven: why no shadow could be made
  Findings findings{};   ///< of refuted: what was refused, or what differs
};

/// Executes the rollbacks, newest first, on a shadow that holds the applied migrations, and compares its
/// catalogue with that of a shadow on which these versions were never applied.
/// Throws: what interrupts, and Error that isn't about the environment.
Proof prove(const StepInput& in, Services& use, const std::vector<WayBack>& ways);

}  // namespace runner
