#include "runner/postgres/schema_copy.hpp"

#include "runner/core/error.hpp"
#include "tests/support/test_server.hpp"

#include <string>

#include <gtest/gtest.h>

using namespace runner;

static std::string ask(Session& session, const std::string& sql) {
  const StatementResult result = session.execute(sql);
  if (result.error) return "error: " + result.error->message;
  return result.rows.rows.empty() ? "no row" : result.rows.rows[0].at(0).value_or("NULL");
}

static void run(Session& session, const std::string& sql) {
  const StatementResult result = session.execute(sql);
  ASSERT_FALSE(result.error) << result.error->message << "\n" << sql;
}

/// Of everything that a plain `pg_dump | psql` stumbles over.
static constexpr const char* difficult_schema = R"sql(
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE TABLE app.clients (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood app.mood);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, client bigint REFERENCES app.clients, amount numeric CHECK (amount > 0));
CREATE VIEW app.totals AS SELECT client, sum(amount) AS total FROM app.invoices GROUP BY client;
CREATE MATERIALIZED VIEW app.z_first AS SELECT 1 AS n;
CREATE MATERIALIZED VIEW app.a_second AS SELECT n + 1 AS n FROM app.z_first;
CREATE FUNCTION app.odd() RETURNS text LANGUAGE sql AS $body$ SELECT '
\restrict me
-- and so on
\unrestrict me
\.
' $body$;
CREATE FUNCTION app.guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
ALTER TABLE app.invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.invoices USING (client = 1);
COMMENT ON TABLE app.clients IS 'those who pay';
)sql";

static std::unique_ptr<Shadow> shadow_of(const SchemaCopy& copy, QuietReporter& reporter) {
  const auto factory = ShadowFactory::of(
      {.cache = test_cache(), .wanted_major = copy.major, .owner = copy.owner}, nullptr, reporter);
  return factory->make({layer_of(copy)});
}

TEST(SchemaCopy, BringsAShadowThatDumpsLikeItsTarget) {
  const TestDatabase database;
  {
    Session owner = database.session();
    run(owner, difficult_schema);
    Session admin = database.admin();
    run(admin, "CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION app.guard()");
  }
  Session target = database.session({.read_only = true});
  const SchemaCopy copy = copy_schema(target, nullptr);
  QuietReporter reporter;
  const auto shadow = shadow_of(copy, reporter);
  Session session = shadow->connect();
  EXPECT_EQ(copy_schema(session, nullptr).schema_sql, copy.schema_sql);
  EXPECT_EQ(ask(session, "SELECT n FROM app.a_second"), "2");
  EXPECT_EQ(ask(session, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
  EXPECT_EQ(ask(session, "SHOW search_path"), ask(target, "SHOW search_path"));
}

TEST(SchemaCopy, BringsRolesMembershipsAndSettings) {
  const TestDatabase database;
  Session admin = database.admin();
  run(admin,
      R"(CREATE ROLE "odd ""name" NOLOGIN BYPASSRLS; CREATE ROLE reader LOGIN NOINHERIT PASSWORD 'reader-pw';)");
  run(admin, R"(GRANT "odd ""name" TO reader WITH ADMIN OPTION; GRANT pg_monitor TO reader;)");
  run(admin,
      R"(ALTER ROLE reader SET search_path = "$user", app, "odd, name"; ALTER ROLE reader SET statement_timeout = '3s')");
  run(admin, "ALTER DATABASE " + database.name() + " SET work_mem = '5MB'");
  run(admin, "ALTER ROLE reader IN DATABASE " + database.name() + " SET app.tenant = 'it''s $runner$ 100%'");
  run(admin, "ALTER ROLE reader SET session_preload_libraries = 'nowhere'");
  Session target = database.session();
  const SchemaCopy copy = copy_schema(target, nullptr);
  EXPECT_EQ(copy.roles_sql.find("reader-pw"), std::string::npos);
  EXPECT_EQ(copy.roles_sql.find("SCRAM"), std::string::npos);

  QuietReporter reporter;
  const auto shadow = shadow_of(copy, reporter);
  Session made = shadow->connect_admin();
  EXPECT_EQ(ask(made, R"(SELECT rolbypassrls FROM pg_roles WHERE rolname = 'odd "name')"), "t");
  EXPECT_EQ(ask(made, "SELECT rolcanlogin AND NOT rolinherit FROM pg_roles WHERE rolname = 'reader'"), "t");
  EXPECT_EQ(ask(made, R"(SELECT admin_option FROM pg_auth_members WHERE member = 'reader'::regrole
                          AND roleid = '"odd ""name"'::regrole)"),
            "t");
  EXPECT_EQ(ask(made, "SELECT pg_has_role('reader', 'pg_monitor', 'MEMBER')"), "t");
  EXPECT_EQ(ask(made,
                "SELECT string_agg(c, '; ' ORDER BY c COLLATE \"C\") FROM pg_db_role_setting, "
                "unnest(setconfig) AS c "
                "WHERE setrole = 'reader'::regrole"),
            "app.tenant=it's $runner$ 100%; search_path=\"$user\", app, \"odd, name\"; statement_timeout=3s");
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SHOW work_mem"), "5MB");
  run(admin, R"(DROP ROLE reader; DROP ROLE "odd ""name")");
}

TEST(SchemaCopy, LetsASuperuserAlterWhatOthersOwnWithoutBeingOne) {
  const TestDatabase database;
  Session admin = database.admin();
  run(admin, "CREATE ROLE somebody; CREATE TABLE theirs (n int); ALTER TABLE theirs OWNER TO somebody");
  run(admin, "CREATE ROLE overlord SUPERUSER; CREATE TABLE high (n int); ALTER TABLE high OWNER TO overlord");
  run(admin, "CREATE FUNCTION guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$");
  run(admin,
      "CREATE EVENT TRIGGER guard ON sql_drop EXECUTE FUNCTION guard(); "
      "ALTER EVENT TRIGGER guard OWNER TO overlord");
  run(admin, "CREATE ROLE boss SUPERUSER LOGIN");
  SchemaCopy copy;
  {
    Session boss = Session::connect(database.url().with("user", "boss"), {}, nullptr);
    copy = copy_schema(boss, nullptr);
  }
  EXPECT_EQ(copy.owner, "boss");
  QuietReporter reporter;
  const auto shadow = shadow_of(copy, reporter);
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SELECT current_user"), "boss");
  EXPECT_EQ(
      ask(session, "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname !~ '^(runner_admin|pg_.*)$'"),
      "0");
  EXPECT_EQ(ask(session, "SELECT pg_get_userbyid(evtowner) FROM pg_event_trigger"), "overlord");
  run(session, "ALTER TABLE theirs ADD COLUMN m int");
  run(session, "ALTER TABLE high ADD COLUMN m int");
  for (const std::string role : {"boss", "overlord", "somebody"})
    EXPECT_EQ(session.execute("SET ROLE " + role + "; COPY high (n) FROM PROGRAM 'echo 1'")
                  .error.value_or(SqlError{})
                  .sqlstate,
              "42501");
  run(admin,
      "DROP EVENT TRIGGER guard; DROP ROLE boss; DROP TABLE theirs, high; DROP ROLE somebody, overlord");
}

TEST(SchemaCopy, LeavesPasswordsOfUserMappingsBehind) {
  const TestDatabase database;
  Session admin = database.admin();
  run(admin,
      "CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host "
      "'h')");
  run(admin, "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'far-secret')");
  run(admin, "CREATE TABLE after_it (n int)");
  const SchemaCopy copy = copy_schema(admin, nullptr);
  EXPECT_EQ(copy.schema_sql.find("far-secret"), std::string::npos);
  EXPECT_NE(copy.schema_sql.find("CREATE SERVER far"), std::string::npos);
  EXPECT_NE(copy.schema_sql.find("CREATE TABLE public.after_it"), std::string::npos);
}

TEST(SchemaCopy, SaysWhatTheRoleMayNotRead) {
  const TestDatabase database;
  Session admin = database.admin();
  run(admin, "CREATE TABLE hidden (n int); CREATE ROLE stranger LOGIN");
  Session session = Session::connect(database.url().with("user", "stranger"), {}, nullptr);
  try {
    copy_schema(session, nullptr);
    ADD_FAILURE() << "copied";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.reason().find("permission denied for table hidden"), std::string::npos) << error.reason();
  }
  session = database.session();
  run(admin, "DROP ROLE stranger");
}

TEST(SchemaCopy, NamesAnExtensionThatTheShadowLacks) {
  const TestDatabase database;
  Session admin = database.admin();
  run(admin,
      "SET allow_system_table_mods = on; "
      "INSERT INTO pg_extension SELECT 99999, 'pg_graphql', extowner, extnamespace, extrelocatable, "
      "extversion, "
      "NULL, NULL FROM pg_extension WHERE extname = 'plpgsql'");
  Session target = database.session();
  const SchemaCopy copy = copy_schema(target, nullptr);
  QuietReporter reporter;
  try {
    shadow_of(copy, reporter);
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.message().find("lacks the extension 'pg_graphql' that the target has"), std::string::npos)
        << error.message();
    EXPECT_EQ(error.advice(), "set shadow.server to a server that has it");
  }
}
