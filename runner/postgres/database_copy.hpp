#pragma once

#include "runner/postgres/session.hpp"

#include <string>

namespace runner {

/// Copies a database on its own server, with its owner, settings, privileges and comment, through a session
/// of a superuser that is connected to another database. Nobody else may be connected to `from`.
/// Throws: Error{environment}.
void copy_database(Session& elsewhere, const std::string& from, const std::string& to);

/// Drops `database`, whoever is connected to it, and gives its name to `by`.
void replace_database(Session& elsewhere, const std::string& database, const std::string& by);

}  // namespace runner
