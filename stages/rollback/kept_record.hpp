#pragma once

#include "runner/migration/ledger.hpp"
#include "stages/rollback/selection.hpp"
#include "stages/rollback/way_back.hpp"

#include <optional>
#include <string>

namespace runner {

/// What history and ledger of the target keep about earlier runs.
class KeptRecord final : public BatchSource, public SavedRollbacks {
 public:
  KeptRecord(const HistoryTable& history, Session& target) : history_(history), target_(target) {}

  std::optional<Batch> batch() override;
  bool knows(const std::string& version) override;
  std::optional<std::string> of(const std::string& version) override;
  /// True when this text was proven before its migration was applied.
  bool proven(const WayBack& way);

 private:
  const HistoryTable& history_;
  Session& target_;
};

}  // namespace runner
