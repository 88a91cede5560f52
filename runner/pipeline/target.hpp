#pragma once

#include "runner/core/reporter.hpp"
#include "runner/pipeline/pipeline.hpp"
#include "runner/postgres/session.hpp"

#include <optional>

namespace runner {

/// Connects to the database that a stage is about: the one that the pipeline file names; the local embedded
/// server when it says `embedded`, or when it names none and a step writes. Nothing otherwise: the base
/// commit then says what is applied. The session only reads unless a step of the stage writes.
/// Throws: Error{usage} when a step writes in CI and no database is named; what connecting throws.
std::optional<Session> connect_target(const Pipeline& pipeline, const Stage& stage, Reporter& reporter,
                                      const StopSignal& stop);

}  // namespace runner
