#pragma once

#include "runner/core/outcome.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/session.hpp"

#include <filesystem>
#include <span>

namespace runner {

/// Runs SQL seed files that are new or have changed, each in one transaction together with its digest in
/// seed_files, beside the history. A file is sent in large pieces of whole statements; memory stays flat.
/// Source of the table: supabase/cli, pkg/migration/seed.go, which keeps a changed file's digest and does not
/// run the file.
/// Throws: Error{usage} for a file that cannot be read; Error{environment} when the database cannot go on.
Outcome run_seed_files(Session& session, std::span<const std::filesystem::path> files,
                       const std::filesystem::path& root, const HistoryTable& history, Reporter& reporter,
                       const StopSignal& stop);

}  // namespace runner
