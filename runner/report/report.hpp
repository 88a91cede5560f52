#pragma once

#include "runner/core/run_report.hpp"

#include <string>

namespace runner {

/// JUnit XML as GitLab reads it: classname "<stage>.<handler>", a failure for each case with findings at
/// or above the step's fail_on, an error for an Error, skipped for steps that did not run.
/// Source: gitlab-org/gitlab, lib/gitlab/ci/parsers/test/junit.rb.
std::string junit_report(const StageReport& report);

/// The same as JSON, for programs: "format": 1 at its top, documented in README.
std::string json_report(const StageReport& report);

}  // namespace runner
