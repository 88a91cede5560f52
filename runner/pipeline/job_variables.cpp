#include "runner/pipeline/job_variables.hpp"

#include <cstddef>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

/// A report of variables must stay below 5 KB. Source: GitLab docs, "artifacts:reports:dotenv".
static constexpr std::size_t versions_shown = 200;

static void add_restore_point(JobVariables& variables, const std::string& text) {
  static constexpr std::string_view at = " at ";
  const std::size_t end = text.find(at);
  variables["RUNNER_RESTORE_POINT"] = text.substr(0, end);
  if (end != std::string::npos) variables["RUNNER_RESTORE_LSN"] = text.substr(end + at.size());
}

JobVariables variables_of_batch(const std::string& batch, const std::vector<LedgerEntry>& entries) {
  JobVariables variables{{"RUNNER_BATCH", batch}};
  std::set<std::string> told;  // a version's newest entry says whether it is applied
  std::set<std::string> applied;
  for (const LedgerEntry& entry : entries) {
    if (entry.action == "apply" && entry.restore_point) add_restore_point(variables, *entry.restore_point);
    if (told.insert(entry.version).second && entry.action == "apply") applied.insert(entry.version);
  }
  variables["RUNNER_VERSION_COUNT"] = std::to_string(applied.size());
  while (applied.size() > versions_shown) applied.erase(applied.begin());
  variables["RUNNER_VERSIONS"] = fmt::format("{}", fmt::join(applied, ","));
  return variables;
}

JobVariables read_job_variables(Session& target, const HistoryTable& history) {
  const std::string batch = LedgerRun::of_environment().batch;
  return variables_of_batch(batch, read_ledger(target, history, {.batch = batch, .limit = 100'000}));
}

}  // namespace runner
