#pragma once

#include "runner/migration/stage_handler.hpp"

#include <string>

namespace runner {

/// Tries a drafted rollback as the check will: by the handler round-trip, with its defaults, whose findings
/// about this migration are returned.
/// `shown_path` is where the draft will lie, for findings. `before` has what comes before the migration as
/// applied, and nothing else but what is pending before it. Throws: what the handler throws;
/// Error{environment} when the draft cannot be kept in a file meanwhile.
Outcome prove_draft(const StageHandler& round_trip, const Migration& migration, const std::string& draft,
                    const std::string& shown_path, const StepInput& before, Services& use);

}  // namespace runner
