#include "runner/postgres/database_copy.hpp"

#include <fmt/format.h>

namespace runner {

/// What CREATE DATABASE does not take from its template, because it is kept outside of the database. Only
/// superusers may write there.
/// Source: PostgreSQL manual, "CREATE DATABASE", Notes.
static constexpr std::string_view copy_what_is_outside = R"(
WITH old AS (SELECT * FROM pg_catalog.pg_database WHERE datname = {0}),
     new AS (SELECT oid FROM pg_catalog.pg_database WHERE datname = {1}),
     settings AS (
       INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
       SELECT new.oid, s.setrole, s.setconfig
       FROM old, new, pg_catalog.pg_db_role_setting s WHERE s.setdatabase = old.oid),
     needed_roles AS (
       INSERT INTO pg_catalog.pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
       SELECT d.dbid, d.classid, new.oid, d.objsubid, d.refclassid, d.refobjid, d.deptype
       FROM old, new, pg_catalog.pg_shdepend d
       WHERE d.classid = 'pg_catalog.pg_database'::regclass AND d.objid = old.oid AND d.deptype <> 'o'),
     comment AS (
       INSERT INTO pg_catalog.pg_shdescription (objoid, classoid, description)
       SELECT new.oid, c.classoid, c.description
       FROM old, new, pg_catalog.pg_shdescription c
       WHERE c.classoid = 'pg_catalog.pg_database'::regclass AND c.objoid = old.oid)
UPDATE pg_catalog.pg_database d SET datacl = old.datacl, datconnlimit = old.datconnlimit
FROM old, new WHERE d.oid = new.oid)";

void copy_database(Session& elsewhere, const std::string& from, const std::string& to) {
  static constexpr std::string_view doing = "copy the shadow's database";
  static constexpr int version_with_strategy = 150000;
  const Cell name = from;
  const Rows owner = elsewhere.query(
      "SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_catalog.pg_database WHERE datname = $1", doing,
      std::span(&name, 1));
  // Copying files takes half of the time that logging every page does.
  elsewhere.query(
      fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER {}{}", elsewhere.quoted_identifier(to),
                  elsewhere.quoted_identifier(from), owner.rows.at(0).at(0).value_or(""),
                  elsewhere.server_version() < version_with_strategy ? "" : " STRATEGY file_copy"),
      doing);
  elsewhere.query(fmt::format(fmt::runtime(copy_what_is_outside), elsewhere.quoted_literal(from),
                              elsewhere.quoted_literal(to)),
                  doing);
}

void replace_database(Session& elsewhere, const std::string& database, const std::string& by) {
  static constexpr std::string_view doing = "put the shadow's database back";
  const std::string name = elsewhere.quoted_identifier(database);
  elsewhere.query(fmt::format("DROP DATABASE {} WITH (FORCE)", name), doing);
  elsewhere.query(fmt::format("ALTER DATABASE {} RENAME TO {}", elsewhere.quoted_identifier(by), name),
                  doing);
}

}  // namespace runner
