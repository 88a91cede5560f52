#pragma once

#include "runner/migration/migration.hpp"
#include "runner/migration/stage_handler.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runner {

/// An applied version that is to be rolled back.
struct Chosen {
  HistoryRow row{};
  std::optional<Migration> file{};  ///< nothing when the checkout no longer has it

  std::string label() const { return row.name.empty() ? row.version : row.version + "_" + row.name; }
};

struct Selection {
  std::vector<Chosen> versions{};      ///< newest first
  std::vector<HistoryRow> standing{};  ///< applied, not chosen, newer than the oldest chosen one
  std::string nothing_to_do{};         ///< why nothing is chosen, for people
};

/// The versions of one run of `migrate`, for a rollback without a version.
struct Batch {
  std::string name{};       ///< as the ledger keeps it
  std::string described{};  ///< "pipeline 4711"
  std::vector<std::string> versions{};
};

/// What a rollback without a version, `to` or `steps` does, and what it knows of earlier ones.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// What this pipeline applied, else the newest batch; nothing when nobody kept a record.
  virtual std::optional<Batch> batch() = 0;
  /// True for a version that was applied once, by the record.
  virtual bool knows(const std::string& version) = 0;
};

/// Reads the options `version`, `to`, `steps` and `when_empty`.
/// Throws: Error{usage} for what is no version or unknown, for two of them, and for none with
/// `when_empty: refuse`, with the list of what could be rolled back.
Selection select(const StepInput& in, BatchSource& batches);

/// "20260309060000_optimize_invoices", one a line, newest first, the longest lists cut.
std::string list_of(const std::vector<HistoryRow>& rows);

}  // namespace runner
