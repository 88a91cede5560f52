#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/migration.hpp"

namespace runner {

/// The problem as a finding, with the rule and severity of its kind.
Finding finding_of(const FolderProblem& problem);

/// True for what is about rollbacks alone.
bool about_rollbacks(FolderProblem::Kind kind);

}  // namespace runner
