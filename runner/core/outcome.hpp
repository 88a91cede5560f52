#pragma once

#include "runner/core/exit_code.hpp"
#include "runner/core/finding.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
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

/// What a statement does to what was there before its migration, as it was seen.
struct StatementEffect {
  struct Lock {
    std::string relation{};  ///< "invoices"; with its schema unless that is public; "" for each table in turn
    std::string mode{};      ///< "ACCESS EXCLUSIVE"
    int since_line = 0;      ///< of the statement that took it
  };
  struct Work {
    std::string kind{};  ///< "rewrite", "scan", "index build"
    std::string relation{};
    std::string index{};  ///< that is built; may be empty
  };
  struct Size {  ///< on the target
    std::string relation{};
    std::optional<std::int64_t> rows{};
    std::int64_t bytes = 0;
  };

  std::string subject{};  ///< "<version>_<name>"
  Place place{};
  std::string command{};  ///< its first word: "ALTER"
  std::chrono::nanoseconds duration{};
  bool in_transaction = true;
  std::string text{};  ///< "blocks all reads and writes of invoices while every row is rewritten"
  std::vector<Lock> locks{};
  std::vector<Work> work{};
  std::vector<Size> sizes{};
};

/// What a step found out.
struct Outcome {
  Findings findings{};
  std::vector<Case> cases{};
  std::vector<Fact> facts{};
  std::vector<StatementEffect> statements{};
  std::string summary{};  ///< one line of verdict: "8 migrations executed, 61 statements, 0.4 s"
  Severity fail_on = Severity::error;

  bool failed() const;
  ExitCode exit_code() const { return failed() ? ExitCode::failed : ExitCode::passed; }
  Outcome& operator+=(Outcome other);  ///< appends all lists; keeps this summary unless empty
};

}  // namespace runner
