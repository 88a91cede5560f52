#include "runner/postgres/roles_copy.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace runner {

std::string migration_role(Session& target) {
  // A role that only reads looks at the target for somebody else: the database's owner is the best guess.
  const Rows found = target.query(
      "SELECT CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN current_user::text "
      "ELSE pg_get_userbyid(datdba)::text END FROM pg_database WHERE datname = current_database()",
      "ask who owns the database");
  return found.rows.at(0).at(0).value_or("postgres");
}

// --- text --------------------------------------------------------------------------------------------------

/// A DO block whose quotes no name or value in `body` can end.
static std::string do_block(std::string_view body) {
  std::string quote = "$runner$";
  while (body.find(quote) != std::string_view::npos) quote.insert(quote.size() - 1, "_");
  return fmt::format("DO {}BEGIN {} END{};\n", quote, body, quote);
}

/// Runs `statement` (PL/pgSQL) and turns its failure into a warning: it is not worth losing the shadow.
static std::string attempt(std::string_view statement) {
  return do_block(fmt::format("{} EXCEPTION WHEN OTHERS THEN RAISE WARNING '%', SQLERRM;", statement));
}

/// For a name inside format(), where '%' has a meaning.
static std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string::npos; at += 2) text.insert(at, "%");
  return text;
}

// --- roles -------------------------------------------------------------------------------------------------

static constexpr std::string_view read_roles = R"(
SELECT rolname,
  concat_ws(' ', CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
    CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
    CASE WHEN rolcanlogin AND NOT rolsuper THEN 'LOGIN' END),
  rolsuper
FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname COLLATE "C")";

/// A role that exists is left as it is, except the owner, whom the shadow's maker knows by name only.
static std::string create_role(const Session& target, const std::vector<Cell>& role, bool owner) {
  const std::string name = role.at(0).value_or("");
  std::string attributes = role.at(1).value_or("");
  const bool superuser = role.at(2) == "t";
  // No role that a migration might get hold of may run programs: all that a superuser may do, short of that.
  if (superuser) attributes = "INHERIT CREATEROLE CREATEDB BYPASSRLS REPLICATION";
  const std::string identifier = target.quoted_identifier(name);
  const std::string create =
      fmt::format("IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {} {}; ",
                  target.quoted_literal(name), identifier, attributes);
  const std::string change =
      owner ? fmt::format(
                  "ELSIF (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN "
                  "ALTER ROLE {} {}; ",
                  identifier, attributes)
            : "";
  return do_block(create + change + "END IF;");
}

/// A role that is a superuser on a shadow.server must not be within a migration's reach.
static std::string grant(const Session& target, const std::string& role, const std::string& member,
                         std::string_view options) {
  return attempt(
      fmt::format("IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = {}) THEN GRANT {} TO {}{}; END IF;",
                  target.quoted_literal(role), target.quoted_identifier(role),
                  target.quoted_identifier(member), options));
}

// --- memberships -------------------------------------------------------------------------------------------

static std::string memberships(Session& target) {
  const bool has_options = target.server_version() >= 160000;  // inherit_option and set_option
  const Rows found = target.query(
      fmt::format("SELECT pg_get_userbyid(roleid), pg_get_userbyid(member), bool_or(admin_option), {} "
                  "FROM pg_auth_members WHERE pg_get_userbyid(member) !~ '^pg_' GROUP BY 1, 2 ORDER BY 1, 2",
                  has_options ? "bool_or(inherit_option), bool_or(set_option)" : "true, true"),
      "read the roles' memberships");
  std::string sql;
  for (const auto& row : found.rows) {
    std::string options = row.at(2) == "t" ? " WITH ADMIN OPTION" : "";
    if (row.at(3) == "f" || row.at(4) == "f")  // only a server that has them writes them
      options = fmt::format(" WITH ADMIN {}, INHERIT {}, SET {}", row.at(2) == "t" ? "TRUE" : "FALSE",
                            row.at(3) == "t" ? "TRUE" : "FALSE", row.at(4) == "t" ? "TRUE" : "FALSE");
    sql += grant(target, row.at(0).value_or(""), row.at(1).value_or(""), options);
  }
  return sql;
}

// --- settings ----------------------------------------------------------------------------------------------

static std::string setting_name(const Session& target, std::string_view name) {
  std::string quoted;
  for (std::size_t begin = 0;;) {
    const std::size_t dot = name.find('.', begin);
    quoted += target.quoted_identifier(name.substr(begin, dot - begin));
    if (dot == std::string_view::npos) return quoted;
    quoted += '.';
    begin = dot + 1;
  }
}

/// A value is set and then taken FROM CURRENT, because lists such as search_path are quoted by other rules
/// than texts. Libraries to load are left out: a shadow rarely has them, and then nobody could connect. So is
/// what keeps others from writing to the target.
static std::string settings(Session& target) {
  const Rows found = target.query(
      "SELECT setdatabase <> 0, CASE WHEN setrole <> 0 THEN pg_get_userbyid(setrole) END, "
      "split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1) "
      "FROM pg_db_role_setting, unnest(setconfig) AS entry "
      "WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) "
      "AND split_part(entry, '=', 1) NOT LIKE '%\\_preload\\_libraries' "
      "AND split_part(entry, '=', 1) <> 'default_transaction_read_only' ORDER BY 1, 2, 3",
      "read the settings of roles and database");
  std::string sql;
  for (const auto& row : found.rows) {
    const bool of_database = row.at(0) == "t";
    const std::string name = row.at(2).value_or("");
    std::string whose = "ALTER DATABASE %1$I";
    if (row.at(1)) {
      whose = "ALTER ROLE " + escaped(target.quoted_identifier(*row.at(1)));
      if (of_database) whose += " IN DATABASE %1$I";
    }
    sql += attempt(fmt::format(
        "PERFORM set_config({}, {}, true); EXECUTE format({}, current_database());",
        target.quoted_literal(name), target.quoted_literal(row.at(3).value_or("")),
        target.quoted_literal(whose + " SET " + escaped(setting_name(target, name)) + " FROM CURRENT")));
  }
  return sql;
}

// --- the database ------------------------------------------------------------------------------------------

static std::string grantee(const Session& target, const Cell& name) {
  return name ? escaped(target.quoted_identifier(*name)) : "PUBLIC";
}

static std::string database_rights(Session& target) {
  const Rows found = target.query(
      "SELECT CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END, a.privilege_type, "
      "a.is_grantable, "
      "pg_get_userbyid(d.datdba), shobj_description(d.oid, 'pg_database'), "
      "EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') "
      "FROM pg_database AS d LEFT JOIN LATERAL aclexplode(d.datacl) AS a ON true "
      "WHERE d.datname = current_database()",
      "read the rights on the database");
  const auto on_database = [&](const std::string& format) {
    return attempt(fmt::format("EXECUTE format({}, current_database());", target.quoted_literal(format)));
  };
  std::string sql;
  bool first = true;
  for (const auto& row : found.rows) {
    if (first) {
      sql += on_database("ALTER DATABASE %1$I OWNER TO " + grantee(target, row.at(3)));
      if (row.at(4))
        sql += attempt(fmt::format("EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), {});",
                                   target.quoted_literal(*row.at(4))));
      if (row.at(5) == "f") sql += attempt("DROP SCHEMA public;");  // pg_dump takes it for granted
      if (row.at(1)) sql += on_database("REVOKE ALL ON DATABASE %1$I FROM PUBLIC");
    }
    first = false;
    if (row.at(1))
      sql +=
          on_database(fmt::format("GRANT {} ON DATABASE %1$I TO {}{}", *row.at(1), grantee(target, row.at(0)),
                                  row.at(2) == "t" ? " WITH GRANT OPTION" : ""));
  }
  return sql;
}

RolesCopy copy_roles(Session& target, const std::string& owner) {
  const Rows roles = target.query(read_roles, "read the roles");
  RolesCopy copy;
  bool owner_is_superuser = false;
  for (const auto& role : roles.rows) {
    const bool superuser = role.at(2) == "t";
    owner_is_superuser = owner_is_superuser || (superuser && role.at(0) == owner);
    if (superuser) copy.superusers.push_back(role.at(0).value_or(""));
    copy.sql += create_role(target, role, role.at(0) == owner);
  }
  copy.sql += memberships(target);
  if (owner_is_superuser)
    for (const auto& role : roles.rows)
      if (role.at(0) != owner)
        copy.sql += grant(target, role.at(0).value_or(""), owner, " WITH ADMIN OPTION");
  copy.sql += database_rights(target) + settings(target);
  return copy;
}

}  // namespace runner
