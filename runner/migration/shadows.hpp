#pragma once

#include "runner/migration/plan.hpp"
#include "runner/postgres/schema_copy.hpp"
#include "runner/postgres/shadow.hpp"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace runner {

struct ShadowSettings {
  DatabaseUrl server{};                 ///< shadow.server
  std::vector<std::string> preludes{};  ///< shadow.prelude
  std::filesystem::path baseline{};     ///< shadow.baseline; empty: none
  bool superuser = false;               ///< shadow.superuser
  bool stand_ins = true;                ///< shadow.stand_ins
  std::filesystem::path cache{};
};

/// Makes shadows that look like the target (copied schema) or, without one, like the applied files
/// (prelude, baseline, replay); says once which it was.
class Shadows {
 public:
  Shadows(ShadowSettings settings, HistoryTable history, Session* target, const StopSignal* stop,
          Reporter& reporter);
  ~Shadows();

  /// A new shadow with what is applied, history rows included.
  std::unique_ptr<Shadow> with_applied(const Plan& plan);
  /// The same, with every pending migration on top.
  /// Throws: Error{failed} when one of them is refused: dry-run has told the details.
  std::unique_ptr<Shadow> with_pending(const Plan& plan);
  /// A new shadow on which prelude, baseline and the applied migrations were executed, whatever the target
  /// looks like by now: what it should look like. Versions in `without` are left out, as if they had never
  /// been applied. A migration that has no file any more is executed as the target's history has it.
  /// Throws: Error{environment} when there is no shadow, or a migration that is refused on it.
  std::unique_ptr<Shadow> replayed(const Plan& plan, const std::set<std::string>& without = {});
  /// The folder of prepared states, which may always be deleted; empty for none.
  const std::filesystem::path& cache() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
