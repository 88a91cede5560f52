#pragma once

#include "runner/migration/migration.hpp"
#include "stages/round_trip/trial_seeds.hpp"
#include "stages/round_trip/workplace.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// Migrations whose way back is proven together: one, or all of a release. At least one; each has a rollback.
using TrialUnit = std::span<const Migration>;
std::string label_of(TrialUnit unit);  ///< "1_a", "1_a to 3_c"

struct TrialSettings {
  std::chrono::milliseconds statement_timeout{};
  std::size_t rows = 0;  ///< of each table
};

/// What became of a unit.
struct Trial {
  Findings findings{};
  bool applies = false;               ///< it was executed at least once
  bool outside = false;               ///< it changes what is kept outside of the database, or nobody knows
  std::string way_back{};             ///< for people: "proven: the schema and 80 rows are restored"
  std::vector<std::string> losses{};  ///< "table public.notes: 40 of 40 rows"
  bool refuted() const;               ///< a finding is an error
};

/// On the workplace's state: fill, look, up, look, down, compare, down again, compare, up, compare; then once
/// more down, with rows that only the new schema allows.
/// Throws: Error{environment} when the shadow fails; what interrupts.
Trial try_round_trip(TrialUnit unit, Workplace& place, const TrialSettings& settings, TrialSeeds& seeds,
                     const StepInput& in);

}  // namespace runner
