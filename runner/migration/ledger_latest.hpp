#pragma once

#include "runner/migration/ledger.hpp"

#include <map>
#include <optional>
#include <string>

namespace runner {

/// When, by whom and in which batch a version became applied, for the last time.
struct AppliedBy {
  std::string batch{};
  std::string actor{};
  std::string finished{};  ///< UTC, "2026-03-09T06:00:00Z"
};

/// By version, in one round trip, without the texts that the ledger keeps. Nothing when the database has no
/// ledger, or the role may not read it.
std::optional<std::map<std::string, AppliedBy>> read_applied_by(Session& session,
                                                                const HistoryTable& history);

}  // namespace runner
