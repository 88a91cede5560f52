#pragma once

#include "runner/core/exit_code.hpp"
#include "runner/core/finding.hpp"

#include <chrono>
#include <string>
#include <string_view>
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

/// What a fact is about. A summary of a merge request shows one column of each.
namespace topic {
inline constexpr std::string_view locks = "locks";
inline constexpr std::string_view rewrite_or_scan = "rewrite or scan";
inline constexpr std::string_view way_back = "way back";
inline constexpr std::string_view data_loss = "data loss";
}  // namespace topic

/// Something to know about a migration that is neither right nor wrong. A subject may have several of one
/// topic; steps add to each other's.
struct Fact {
  std::string subject{};     ///< "<version>_<name>"
  std::string_view topic{};  ///< one of runner::topic
  std::string text{};  ///< one line, lower case, that can stand alone: "proven: schema and 40 rows restored"
};

/// What a step found out.
struct Outcome {
  Findings findings{};
  std::vector<Case> cases{};
  std::vector<Fact> facts{};
  std::string summary{};  ///< one line of verdict: "8 migrations executed, 61 statements, 0.4 s"
  Severity fail_on = Severity::error;

  bool failed() const;
  ExitCode exit_code() const { return failed() ? ExitCode::failed : ExitCode::passed; }
  Outcome& operator+=(Outcome other);  ///< appends findings, cases and facts; keeps this summary unless empty
};

}  // namespace runner
