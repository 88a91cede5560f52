#pragma once

#include "runner/core/exit_code.hpp"
#include "runner/core/finding.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace runner {

enum class CaseStatus { passed, failed, skipped };

/// One thing that a step looked at, usually a migration: a test case of the JUnit report.
struct Case {
  std::string name{};  ///< "<version>_<name>", or "all"
  CaseStatus status = CaseStatus::passed;
  std::chrono::nanoseconds duration{};
  std::string text{};  ///< shown with a failed or skipped case, beside its findings
  std::string path{};  ///< of its file, relative to the repository root; may be empty
};

/// What a step found out.
struct Outcome {
  Findings findings{};
  std::vector<Case> cases{};
  std::string summary{};  ///< one line of verdict: "8 migrations executed, 61 statements, 0.4 s"
  Severity fail_on = Severity::error;

  bool failed() const;
  ExitCode exit_code() const { return failed() ? ExitCode::failed : ExitCode::passed; }
  Outcome& operator+=(Outcome other);  ///< appends findings and cases; keeps this summary unless empty
};

}  // namespace runner
