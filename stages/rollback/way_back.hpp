#pragma once

#include "stages/rollback/selection.hpp"

#include <optional>
#include <string>

namespace runner {

/// The SQL that takes one version back, and where it came from.
struct WayBack {
  Chosen of{};
  std::string sql{};
  std::string shown_path{};  ///< "rollbacks/1_a.rollback.sql", "saved rollback of 1_a"
  std::string digest{};      ///< of the SQL
  bool saved = false;        ///< it is what was saved when the version was applied
  std::string warning{};     ///< the saved text and the file differ
};

/// What the history or the ledger has saved with a version, as SQL.
class SavedRollbacks {
 public:
  virtual ~SavedRollbacks() = default;
  virtual std::optional<std::string> of(const std::string& version) = 0;
};

/// What was saved when the version was applied wins over the file, which may have changed since; with
/// `source: file`, the file.
/// Throws: Error{failed} when there is no SQL anywhere.
WayBack find_way_back(const StepInput& in, const Chosen& chosen, SavedRollbacks& saved);

}  // namespace runner
