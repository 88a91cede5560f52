#include "stages/registry.hpp"

#include "stages/apply/apply.hpp"
#include "stages/auth_users/auth_users.hpp"
#include "stages/auth_users/auth_users_command.hpp"
#include "stages/crypt/crypt_command.hpp"
#include "stages/crypt/rotate_command.hpp"
#include "stages/draft/draft_command.hpp"
#include "stages/dry_run/dry_run.hpp"
#include "stages/exec/exec.hpp"
#include "stages/history/history.hpp"
#include "stages/lint/explain_command.hpp"
#include "stages/lint/lint.hpp"
#include "stages/query/query.hpp"
#include "stages/rollback/rollback.hpp"
#include "stages/round_trip/round_trip.hpp"
#include "stages/seed/seed.hpp"
#include "stages/seed/seed_command.hpp"
#include "stages/verify/verify.hpp"

#include <array>

namespace runner {

static constexpr auto handlers = std::to_array<const StageHandler*>({
    &history,
    &lint,
    &dry_run,
    &round_trip,
    &apply,
    &query,
    &exec,
    &verify,
    &roll_back,
    &seed_step,
    &auth_users,
});

StageHandlers stage_handlers() {
  return handlers;
}

static constexpr auto commands = std::to_array<const CliCommand*>({
    &draft_command,
    &seed_command,
    &seed_files_command,
    &seed_report_command,
    &seed_verify_command,
    &seed_auth_users_command,
    &crypt_encrypt_command,
    &crypt_decrypt_command,
    &crypt_rotate_command,
    &explain_command,
});

CliCommands stage_commands() {
  return commands;
}

}  // namespace runner
