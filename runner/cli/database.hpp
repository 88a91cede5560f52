#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/pipeline/pipeline.hpp"
#include "runner/postgres/session.hpp"

#include <optional>
#include <string_view>

namespace runner {

/// Connects to the database that the pipeline file names, else to the local one when it runs; nothing
/// otherwise. `application` is what the server shows of the session, such as "runner status".
/// Throws: what connecting throws.
std::optional<Session> connect_to_database(const Pipeline& pipeline, std::string_view application,
                                           bool read_only, const StopSignal& stop);

/// The same where a command cannot do without.
/// Throws: Error{usage} in CI, where only a named database counts; Error{environment} elsewhere.
Session connect_to_needed_database(const Pipeline& pipeline, std::string_view application, bool read_only,
                                   const StopSignal& stop);

/// A merge request's author controls the file and the variables: nothing is changed from there.
/// `what` names the command. Throws: Error{refused}.
void refuse_in_merge_request(std::string_view what, std::string_view advice);

}  // namespace runner
