#pragma once

#include "stages/round_trip/round_trip.hpp"
#include "tests/database/stages/step_call.hpp"

#include <string>
#include <vector>

namespace runner {

/// A call of round-trip over migrations with their rollbacks, from an empty database.
struct RoundTripCall : StepCall {
  void pair(const std::string& version, const std::string& up, const std::string& down) {
    pending(version, "x", up);
    Migration& migration = plan.pending.back();
    std::filesystem::create_directories(folder / "rollbacks");
    migration.rollback = (folder / ("rollbacks/" + migration.label() + ".rollback.sql")).string();
    write_file(*migration.rollback, down);
  }
  Outcome tried() {
    plan.folder.migrations = plan.pending;
    return run(round_trip);
  }
};

/// "rollback-not-inverse 1_x: after the rollback, table public.t: left over", one a line.
inline std::string told(const Outcome& outcome, Severity least = Severity::warning) {
  std::string text;
  for (const Finding& finding : outcome.findings)
    if (finding.severity >= least)
      text += finding.rule + " " + finding.subject + ": " + finding.message + "\n";
  return text;
}

}  // namespace runner
