#pragma once

#include "runner/core/outcome.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/session.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "runner/seed/row_maker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace runner {

/// Up to how many bad rows are told.
inline constexpr std::size_t usual_finding_limit = 20;

/// The key that the datasets need, taken from the environment before any file or table is touched.
/// Empty where nothing is encrypted. Throws: Error{usage}.
class SeedCipher {
 public:
  explicit SeedCipher(std::span<const Dataset* const> datasets);
  ~SeedCipher();
  BatchEncryptor* get() { return encryptor_.get(); }

 private:
  std::unique_ptr<BatchEncryptor> encryptor_;
};

/// Loads datasets, in this order, in one transaction: all of them or nothing. A case for each; bad rows are
/// findings, and the datasets behind them are skipped.
/// Throws: what load_dataset throws; Error{unknown} when the outcome of the COMMIT cannot be established.
Outcome load_datasets(Session& session, std::span<const Dataset* const> datasets, BatchEncryptor* encryptor,
                      std::size_t limit, Reporter& reporter, const HistoryTable& history,
                      const StopSignal& stop);

/// "300 rows written, 0 skipped", with the reasons.
std::string counts_shown(const RowCounts& counts, std::uint64_t written, std::uint64_t already_there);

}  // namespace runner
