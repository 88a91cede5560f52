#pragma once

#include "runner/core/run_report.hpp"

#include <cstddef>
#include <string_view>

namespace runner {

/// How handlers and the executor tell what goes on. Nothing else writes to stderr while a stage runs.
class Reporter {
 public:
  virtual ~Reporter() = default;

  virtual void say(std::string_view line) = 0;     ///< what will be done, what was decided
  virtual void detail(std::string_view line) = 0;  ///< with -v only
  virtual void warn(std::string_view line) = 0;    ///< shown with -q, too
  /// A bar or counter where stderr is a terminal; nothing elsewhere.
  virtual void progress(std::size_t done, std::size_t total, std::string_view what) = 0;

  virtual void stage_started(std::string_view stage, std::string_view intent) = 0;
  virtual void step_started(std::string_view stage, std::string_view handler, std::string_view intent) = 0;
  virtual void step_finished(std::string_view stage, const StepReport& step) = 0;
  virtual void stage_finished(const StageReport& stage) = 0;
};

}  // namespace runner
