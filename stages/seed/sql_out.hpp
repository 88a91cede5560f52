#pragma once

#include "runner/core/outcome.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/crypto/batch_encryptor.hpp"
#include "runner/seed/dataset.hpp"

#include <filesystem>
#include <span>

namespace runner {

/// Writes datasets as SQL: into `target` itself when its name ends in .sql, else one file each into that
/// folder, numbered in their order. Files hold data: only their owner may read them. Where a row is bad, none
/// is written or changed.
/// Throws: Error{environment} when a file cannot be written; Error{interrupted} on a stop signal.
Outcome write_sql(const std::filesystem::path& target, std::span<const Dataset* const> datasets,
                  BatchEncryptor* encryptor, std::size_t limit, Reporter& reporter, const StopSignal& stop);

}  // namespace runner
