#pragma once

#include "runner/migration/history.hpp"

#include <string>

namespace runner {

/// Records a version as applied, or corrects name and statements of one that is recorded already: what
/// `supabase migration repair --status applied` does. Columns that it does not name stay as they are.
void correct_applied(Session& session, const HistoryTable& table, const HistoryRow& row);

/// Takes a version out of the history. False when it was not in it.
bool remove_applied(Session& session, const HistoryTable& table, const std::string& version);

}  // namespace runner
