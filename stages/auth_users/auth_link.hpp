#pragma once

#include "runner/postgres/session.hpp"
#include "stages/auth_users/auth_users_file.hpp"

#include <string>

namespace runner {

/// Its name as SQL writes it.
std::string link_table(const Session& session, const AuthLink& link);

/// Throws: Error{usage} naming every user whom the application's table does not have; Error{environment} when
/// the table cannot be read. Nothing without a link.
void check_link_rows(Session& session, const AuthUsersFile& accounts);

/// Gives the row with this e-mail the account's id. False when it has it already, or there is no link.
/// Throws: Error{failed} when the database refuses, or the row is gone.
bool link_account(Session& session, const AuthUsersFile& accounts, const std::string& email,
                  const std::string& id);

}  // namespace runner
