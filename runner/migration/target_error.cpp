#include "runner/migration/target_error.hpp"

#include "runner/core/text.hpp"

#include <string_view>

#include <fmt/format.h>

namespace runner {

bool is_server_trouble(const SqlError& error) {
  const std::string_view state = error.sqlstate;
  return state.starts_with("53") || state.starts_with("58") || state.starts_with("08") ||
         state.starts_with("XX") || state == "57P01" || state == "57P02" || state == "57P03";
}

/// Data exceptions (22) and RAISE (P0) put values into the message itself. Source: PostgreSQL manual,
/// "PostgreSQL Error Codes".
SqlError without_data(SqlError error) {
  error.detail.clear();
  error.context.clear();
  if (error.sqlstate.starts_with("22") || error.sqlstate.starts_with("P0"))
    error.message = "the statement failed; the message is withheld, because it may quote the target's data";
  return error;
}

Finding refused_on_target(const SqlError& error, const SqlSource& source, const Statement& statement,
                          const Session& target) {
  Finding finding = refused_statement(without_data(error), source, statement);
  if (error.sqlstate == "42501" && error.hint.empty())
    finding.remedy = fmt::format(
        "Connect as the role that owns what is changed, or let it grant {} what is\n"
        "missing: on the shadow the statement ran as the owner of the database.",
        target.quoted_identifier(target.url().get("user")));
  return finding;
}

Error target_error(const SqlError& error, const std::string& doing, const SqlSource& source,
                   const Statement* statement) {
  Error problem{ExitCode::environment, fmt::format("cannot {}", doing)};
  problem.because(fmt::format("{} (SQLSTATE {})", without_data(error).message, error.sqlstate));
  if (statement != nullptr) problem.at(place_at(source.shown_path, source.sql, statement->offset));
  if (error.sqlstate == "53100") problem.hint("free disk space where the server keeps its data");
  if (error.sqlstate == "08P01" && error.message.find("already exists") != std::string::npos)
    problem.hint(
        "an interrupted CREATE SUBSCRIPTION leaves its slot on the publisher: if it is that one, run there "
        "SELECT pg_drop_replication_slot(its name)");
  if (error.sqlstate == "42501")
    problem.hint("grant the role what it needs to write the history and the ledger");
  return problem;
}

}  // namespace runner
