#pragma once

#include "runner/core/error.hpp"
#include "runner/core/outcome.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace runner {

enum class StepStatus { passed, failed, error, skipped, interrupted };
std::string_view to_string(StepStatus status);

struct StepReport {
  std::string handler{};
  StepStatus status = StepStatus::skipped;
  ExitCode exit_code = ExitCode::passed;
  std::chrono::nanoseconds duration{};
  Outcome outcome{};
  std::optional<Error> error{};  ///< set for `error` and `interrupted`
};

/// What the pipeline file says runs when.
struct TierOutline {
  struct Stage {
    std::string name{};
    std::vector<std::string> steps{};  ///< handlers
  };
  std::string name{};
  std::vector<Stage> stages{};
};

/// One stage as it went: the input of every report.
struct StageReport {
  std::string stage{};
  std::chrono::system_clock::time_point started{};
  std::chrono::nanoseconds duration{};
  ExitCode exit_code = ExitCode::passed;
  std::string compared_with{};  ///< where "applied" came from: "target app on db:5432", "base commit 1a2b3c4
                                ///< (merge base with main)"
  std::string verdict{};        ///< the last line, without the stage's name
  std::string again{};  ///< the command that gives this verdict elsewhere; empty: "runner run <stage>"
  std::vector<StepReport> steps{};
  std::vector<TierOutline> tiers{};
  std::optional<Error> error{};  ///< an error outside any step, such as a plan that could not be made
};

}  // namespace runner
