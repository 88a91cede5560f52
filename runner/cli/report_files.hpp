#pragma once

#include "runner/core/reporter.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace runner {

/// Where the reports of stages are written.
class ReportFiles {
 public:
  /// A folder that was asked for: it is made and tried at once, before any work.
  /// Throws: Error{environment} when it cannot be written.
  static ReportFiles in(const std::filesystem::path& folder);
  /// runner-report in the repository; when it cannot be written, that is warned of once and nothing written.
  static ReportFiles in_default_folder(const std::filesystem::path& root, Reporter& reporter);

  /// Writes <stage>.junit.xml, .json, .codequality.json and .md, and <stage>.env where there are variables. A
  /// report that was asked for and cannot be written is an error, unless the stage's own verdict is worse.
  /// Throws: Error{environment}.
  void write(const StageReport& report, const std::map<std::string, std::string>& variables,
             Reporter& reporter) const;

 private:
  ReportFiles(std::filesystem::path folder, bool asked_for)
      : folder_(std::move(folder)), asked_for_(asked_for) {}

  std::filesystem::path folder_;
  bool asked_for_;
};

}  // namespace runner
