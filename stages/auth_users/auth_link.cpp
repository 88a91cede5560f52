#include "stages/auth_users/auth_link.hpp"

#include "runner/core/error.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

std::string link_table(const Session& session, const AuthLink& link) {
  const std::string& table = link.table;
  const std::size_t dot = table.find('.');
  if (dot == std::string::npos) return session.quoted_identifier(table);
  return session.quoted_identifier(table.substr(0, dot)) + "." +
         session.quoted_identifier(table.substr(dot + 1));
}

void check_link_rows(Session& session, const AuthUsersFile& accounts) {
  if (!accounts.link) return;
  const AuthLink& link = *accounts.link;
  const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE {}::text = $1", session.quoted_identifier(link.id_column),
                  link_table(session, link), session.quoted_identifier(link.email_column));
  std::vector<std::string> missing;
  for (const AuthUser& user : accounts.users) {
    const std::vector<Cell> parameters{user.email};
    if (session.query(sql, fmt::format("read {}", link.table), parameters).rows.empty())
      missing.push_back(user.email);
  }
  if (!missing.empty())
    throw Error{ExitCode::usage, fmt::format("{} has no row for {}", link.table, fmt::join(missing, ", "))}
        .hint("add the people there first, as by a seed file of SQL, or take them out of " +
              accounts.shown_path);
}

static Error refused(const AuthLink& link, const std::string& email, const SqlError& why) {
  static constexpr std::string_view foreign_key_violation = "23503";
  Error error{ExitCode::failed, fmt::format("cannot link {} in {}", email, link.table)};
  error.because(fmt::format("{} (SQLSTATE {})", why.message, why.sqlstate));
  if (why.sqlstate == foreign_key_violation)
    error.hint("check that DATABASE_URL is the database of this Supabase Auth");
  return error;
}

bool link_account(Session& session, const AuthUsersFile& accounts, const std::string& email,
                  const std::string& id) {
  if (!accounts.link) return false;
  const AuthLink& link = *accounts.link;
  const std::string id_column = session.quoted_identifier(link.id_column);
  const std::string table = link_table(session, link);
  const std::string where = session.quoted_identifier(link.email_column) + "::text = $2";
  const std::vector<Cell> parameters{id, email};
  // One answer for "gone", "had it" and "got it": the row as it was, and whether it was written.
  const StatementResult result =
      session.execute(fmt::format("WITH before AS (SELECT {0}::text AS id FROM {1} WHERE {2}), "
                                  "written AS (UPDATE {1} SET {0} = $1::uuid WHERE {2} AND {0} IS DISTINCT "
                                  "FROM $1::uuid RETURNING 1) "
                                  "SELECT EXISTS (SELECT FROM before), EXISTS (SELECT FROM written)",
                                  id_column, table, where),
                      parameters);
  if (result.error) throw refused(link, email, *result.error);
  if (result.rows.rows.at(0).at(0) != "t")
    throw Error{ExitCode::failed, fmt::format("{} has no row for {} any more", link.table, email)};
  return result.rows.rows.at(0).at(1) == "t";
}

}  // namespace runner
