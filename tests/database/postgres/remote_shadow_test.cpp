#include "runner/core/error.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/schema_copy.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/support/test_server.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

using namespace runner;

static std::string ask(Session& session, const std::string& sql) {
  const StatementResult result = session.execute(sql);
  if (result.error) return "error: " + result.error->message;
  return result.rows.rows.empty() ? "no row" : result.rows.rows[0].at(0).value_or("NULL");
}

/// The tests' own server has no template0, which every other server has.
static Session with_template(const TestDatabase& server) {
  Session admin = server.admin();
  if (admin.query("SELECT FROM pg_database WHERE datname = 'template0'", "look").rows.empty())
    admin.query("CREATE DATABASE template0 IS_TEMPLATE true TEMPLATE " + server.name(), "make a template");
  return admin;
}

static constexpr const char* count_ours =
    "SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE 'runner\\_shadow\\_%') + "
    "(SELECT count(*) FROM pg_roles WHERE rolname LIKE 'runner\\_shadow\\_%')";

static ShadowLayer sql_layer(const std::string& sql) {
  return {.digest = sql, .description = sql, .apply = [sql](Shadow& shadow) {
            Session session = shadow.connect();
            session.query(sql, "apply a layer");
          }};
}

TEST(RemoteShadow, IsADatabaseThatEndsWithIt) {
  const TestDatabase server;
  Session witness = with_template(server);
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  {
    const auto shadow = factory->make({sql_layer("CREATE TABLE t AS SELECT 7 AS n")});
    Session session = shadow->connect();
    EXPECT_EQ(ask(session, "SELECT n FROM t"), "7");
    EXPECT_EQ(
        ask(session, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"),
        shadow->owner());
    EXPECT_EQ(shadow->describe().find("temporary database runner_shadow_"), 0U);
    EXPECT_EQ(ask(witness, count_ours), "2");
  }
  EXPECT_EQ(ask(witness, count_ours), "0");
  EXPECT_TRUE(reporter.warnings.empty());
}

TEST(RemoteShadow, IsPutBackToWhatItRemembered) {
  const TestDatabase server;
  Session witness = with_template(server);
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  {
    const auto shadow = factory->make({sql_layer("CREATE TABLE t AS SELECT 7 AS n")});
    ASSERT_TRUE(shadow->remember());
    ASSERT_TRUE(shadow->remember());
    shadow->connect().query("DROP TABLE t", "change the shadow");
    shadow->put_back();
    Session session = shadow->connect();
    EXPECT_EQ(ask(session, "SELECT n FROM t"), "7");
  }
  {
    const auto shadow = factory->make({});
    ASSERT_TRUE(shadow->remember());
  }
  EXPECT_EQ(ask(witness, count_ours), "0");
}

TEST(RemoteShadow, RunsMigrationsWithoutSuperuserRights) {
  const TestDatabase server;
  with_template(server);
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  const auto shadow = factory->make({});
  Session session = shadow->connect();
  session.execute("CREATE TABLE t (line text)");
  EXPECT_EQ(session.execute("COPY t FROM PROGRAM 'id'").error.value_or(SqlError{}).sqlstate, "42501");
  session.execute("RESET SESSION AUTHORIZATION; RESET ROLE");
  EXPECT_EQ(session.execute("COPY t FROM PROGRAM 'id'").error.value_or(SqlError{}).sqlstate, "42501");
  EXPECT_EQ(ask(session, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
}

TEST(RemoteShadow, DropsTheRolesThatTheRunMade) {
  const TestDatabase server;
  Session witness = with_template(server);
  const std::string roles = ask(witness, "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles");
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  {
    const auto shadow =
        factory->make({sql_layer("CREATE ROLE made_a; CREATE ROLE made_b; GRANT made_a TO made_b")});
    const auto other = factory->make({});  // two at once share the server
    Session session = shadow->connect();
    session.execute("CREATE TABLE t (); ALTER TABLE t OWNER TO made_a; GRANT CREATE ON DATABASE " +
                    server.name() + " TO made_b");
    Session admin = shadow->connect_admin();
    admin.execute("GRANT CREATE ON DATABASE " + server.name() + " TO made_b");
  }
  EXPECT_EQ(ask(witness, "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles"), roles);
  EXPECT_TRUE(reporter.warnings.empty());
}

TEST(RemoteShadow, IsDroppedWhenALayerFails) {
  const TestDatabase server;
  Session witness = with_template(server);
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  EXPECT_THROW(factory->make({sql_layer("CREATE ROLE made_c"), sql_layer("SELECT nope")}), Error);
  EXPECT_EQ(ask(witness, count_ours), "0");
  EXPECT_EQ(ask(witness, "SELECT count(*) FROM pg_roles WHERE rolname = 'made_c'"), "0");
}

TEST(RemoteShadow, NamesDatabasesOfRunsThatDied) {
  const TestDatabase server;
  Session witness = with_template(server);
  witness.query("CREATE DATABASE runner_shadow_1700000000_0badcafe TEMPLATE template0", "make a leftover");
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  factory->make({});
  witness.query("DROP DATABASE runner_shadow_1700000000_0badcafe", "drop the leftover");
  ASSERT_EQ(reporter.warnings.size(), 1U);
  EXPECT_NE(reporter.warnings[0].find("DROP DATABASE \"runner_shadow_1700000000_0badcafe\";"),
            std::string::npos)
      << reporter.warnings[0];
}

TEST(RemoteShadow, BelongsToTheServersRoleWhenThatIsNoSuperuser) {
  const TestDatabase server;
  Session admin = with_template(server);
  admin.query("CREATE ROLE maker LOGIN CREATEDB", "make a role");
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.url().with("user", "maker")}, nullptr, reporter);
  {
    const auto shadow = factory->make({});
    EXPECT_EQ(shadow->owner(), "maker");
    Session session = shadow->connect();
    EXPECT_EQ(ask(session, "SELECT current_user"), "maker");
  }
  admin.query("ALTER ROLE maker NOCREATEDB", "take a right");
  try {
    factory->make({});
    ADD_FAILURE() << "made";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message().find("role 'maker' may not make databases on the shadow server"), 0U);
  }
  admin.query("DROP ROLE maker", "drop the role");
}

TEST(RemoteShadow, TakesThePreludeAndACopiedSchema) {
  const TestDatabase server;
  with_template(server);
  const TestDatabase database(TestDatabase::Content::supabase);
  Session target = database.session();
  target.query(
      "CREATE TABLE invoices (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid REFERENCES "
      "auth.users)",
      "prepare");
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  {
    const auto shadow = factory->make({layer_of(find_prelude("supabase"))});
    Session session = shadow->connect();
    EXPECT_EQ(ask(session, "CREATE TABLE t (id uuid REFERENCES auth.users)"), "no row");
    EXPECT_EQ(ask(session, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
  }
  const SchemaCopy copy = copy_schema(target, nullptr);
  const auto shadow = factory->make({layer_of(copy)});
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "ALTER TABLE invoices ADD COLUMN note text"), "no row");
  EXPECT_EQ(ask(session, "SELECT auth.uid() IS NULL"), "t");
  EXPECT_TRUE(reporter.warnings.empty()) << reporter.warnings[0];
}

TEST(RemoteShadow, KeepsTheServersSuperusersOutOfReach) {
  const TestDatabase server;
  Session admin = with_template(server);
  admin.query("CREATE ROLE chief SUPERUSER LOGIN", "make a role");
  QuietReporter reporter;
  const auto factory = ShadowFactory::of({.server = server.admin_url()}, nullptr, reporter);
  const auto refusal = [&](const SchemaCopy& copy) -> std::string {
    try {
      factory->make({layer_of(copy)});
      return "loaded";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::environment);
      return error.reason();
    }
  };
  static constexpr const char* words =
      "', as whom migrations run there, is or may become a superuser on the shadow server";
  {
    Session chief = Session::connect(server.url().with("user", "chief"), {}, nullptr);
    EXPECT_EQ(refusal(copy_schema(chief, nullptr)), std::string("'chief") + words);
  }
  admin.query(
      "CREATE ROLE chiefs_friend; CREATE ROLE friends_friend LOGIN; GRANT chief TO chiefs_friend; "
      "GRANT chiefs_friend TO friends_friend; GRANT CREATE ON DATABASE " +
          server.name() + " TO friends_friend",
      "make roles");
  {
    Session session = Session::connect(server.url().with("user", "friends_friend"), {}, nullptr);
    EXPECT_EQ(refusal(copy_schema(session, nullptr)), std::string("'friends_friend") + words);
  }
  admin.query("DROP OWNED BY friends_friend; DROP ROLE chief, chiefs_friend, friends_friend",
              "drop the roles");
}
