#pragma once

#include "runner/cli/command.hpp"

namespace runner {

extern const CliCommand crypt_encrypt_command;
extern const CliCommand crypt_decrypt_command;

}  // namespace runner
