#pragma once

#include "runner/migration/history.hpp"
#include "runner/migration/ledger.hpp"

#include <map>
#include <string>
#include <vector>

namespace runner {

/// Names and values that a job leaves to later jobs of its GitLab pipeline.
using JobVariables = std::map<std::string, std::string>;

/// What the ledger's entries of one batch, newest first, say:
///   RUNNER_BATCH              the batch's name
///   RUNNER_VERSION_COUNT      how many versions it applied that are still applied
///   RUNNER_VERSIONS           those, oldest first, separated by commas; the newest 200
///   RUNNER_RESTORE_POINT, RUNNER_RESTORE_LSN
///                             the first restore point; absent where the role may make none
JobVariables variables_of_batch(const std::string& batch, const std::vector<LedgerEntry>& entries);

/// The same, read from the target. Throws: what reading the ledger throws.
JobVariables read_job_variables(Session& target, const HistoryTable& history);

}  // namespace runner
