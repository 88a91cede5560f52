#pragma once

#include "runner/cli/command.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/postgres/local_server.hpp"

namespace runner {

inline constexpr CliOption yes_wipe_option{
    .name = "yes-wipe",
    .value = "HOST:PORT/DB",
    .help = "reset: wipe the database that DATABASE_URL names, which has to be this one"};
inline constexpr CliOption then_option{
    .name = "then", .value = "STAGE", .help = "reset: run this stage afterwards, such as migrate"};

/// `runner db reset`: the local database is deleted and made anew; of another one, what belongs to the
/// project is dropped, when its address was typed in full. Throws: Error{refused} in merge requests, in CI
/// unless the pipeline file allows it, and without the right address: after telling what would be dropped.
int reset_database(const CliArguments& given, CliContext& context, const Project& project,
                   LocalServer& server, const StopSignal& stop);

}  // namespace runner
