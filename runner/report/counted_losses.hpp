#pragma once

#include "runner/core/run_report.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace runner {

/// Losses that a step foretells from a migration's text, and a later one counts on rows: a report for people
/// says them once, as counted.
class CountedLosses {
 public:
  explicit CountedLosses(const StageReport& report);

  /// True when a step behind `step` tells the same loss at least as severely. What fails its own step is
  /// always told.
  bool tell(std::size_t step, const Finding& finding) const;

 private:
  struct Counted {
    std::size_t step = 0;
    Severity severity = Severity::info;
  };
  const StageReport& report_;
  /// By migration and name, the name also without its schema.
  std::multimap<std::pair<std::string, std::string>, Counted> counted_{};
};

}  // namespace runner
