#include "runner/core/outcome.hpp"

#include "runner/core/run_report.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace runner {

bool Outcome::failed() const {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& f) { return f.severity >= fail_on; });
}

Outcome& Outcome::operator+=(Outcome other) {
  std::move(other.findings.begin(), other.findings.end(), std::back_inserter(findings));
  std::move(other.cases.begin(), other.cases.end(), std::back_inserter(cases));
  std::move(other.facts.begin(), other.facts.end(), std::back_inserter(facts));
  std::move(other.statements.begin(), other.statements.end(), std::back_inserter(statements));
  if (summary.empty()) summary = std::move(other.summary);
  return *this;
}

std::string_view to_string(StepStatus status) {
  switch (status) {
    case StepStatus::passed:
      return "passed";
    case StepStatus::failed:
      return "failed";
    case StepStatus::error:
      return "error";
    case StepStatus::skipped:
      return "skipped";
    case StepStatus::interrupted:
      return "interrupted";
  }
  return "error";
}

}  // namespace runner
