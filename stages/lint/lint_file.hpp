#pragma once

#include "stages/lint/rule.hpp"

#include <map>
#include <string>
#include <string_view>

namespace runner {

/// How severe each rule is here; a rule that is not in it is off.
using RuleSeverities = std::map<std::string_view, Severity>;
RuleSeverities default_severities();

/// One file to be judged.
struct LintInput {
  std::string_view sql{};
  std::string path{};     ///< as findings show it
  std::string subject{};  ///< the migration's label
  const LintSettings& settings;
  const RuleSeverities& severities;
  RuleContext::Catalogue catalogue{};  ///< before the file is executed
  const ParsedFile* undone = nullptr;  ///< of a rollback: the migration that it takes back
};

/// Judges a file by every rule that is on; findings in the order of the text. `file` is `input.sql`, parsed.
Findings lint_file(const LintInput& input, const ParsedFile& file);

}  // namespace runner
