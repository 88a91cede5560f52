#include "runner/postgres/prelude.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/support/test_server.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// What migrations of real Supabase projects take for granted, done as the role that runs them.

namespace runner {

class SupabasePrelude : public testing::Test {
 protected:
  SupabasePrelude() {
    shadow_ = ShadowFactory::of({.cache = test_cache()}, nullptr, reporter_)
                  ->make({layer_of(find_prelude("supabase"))});
    session_ = std::make_unique<Session>(shadow_->connect());
  }
  void run(const std::string& sql) {
    const StatementResult result = session_->execute(sql);
    EXPECT_FALSE(result.error) << sql << ": " << result.error->message;
  }
  /// The first cell, "null", or "error: <SQLSTATE>".
  std::string ask(const std::string& sql) {
    const StatementResult result = session_->execute(sql);
    if (result.error) return "error: " + result.error->sqlstate;
    if (result.rows.rows.empty()) return "no row";
    return result.rows.rows[0].at(0).value_or("null");
  }
  void add_user() {
    run("INSERT INTO auth.users (id, email) VALUES ('11111111-1111-1111-1111-111111111111', "
        "'a@example.org')");
  }
  void claim(const std::string& role) {
    run("SET ROLE " + role +
        "; SET request.jwt.claims = '{\"sub\":\"11111111-1111-1111-1111-111111111111\",\"role\":\"" + role +
        "\",\"email\":\"a@example.org\"}'");
  }

  QuietReporter reporter_;
  std::unique_ptr<Shadow> shadow_;
  std::unique_ptr<Session> session_;
};

TEST_F(SupabasePrelude, ProfilesHangOnAuthUsersAndFollowThem) {
  run("CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, email text)");
  run("CREATE FUNCTION handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = "
      "'' "
      "AS $$ BEGIN INSERT INTO public.profiles VALUES (new.id, new.email); RETURN new; END $$");
  run("CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW "
      "EXECUTE FUNCTION handle_new_user()");
  add_user();
  EXPECT_EQ(ask("SELECT email FROM profiles"), "a@example.org");
  EXPECT_EQ(ask("INSERT INTO auth.identities (provider_id, user_id, identity_data, provider) VALUES ('1', "
                "'11111111-1111-1111-1111-111111111111', '{\"email\":\"A@Example.org\"}', 'email') RETURNING "
                "email"),
            "a@example.org");
}

TEST_F(SupabasePrelude, PoliciesSeeWhoAsks) {
  run("CREATE TABLE notes (owner uuid DEFAULT auth.uid(), body text)");
  run("ALTER TABLE notes ENABLE ROW LEVEL SECURITY");
  run("CREATE POLICY own ON notes TO authenticated USING ((SELECT auth.uid()) = owner)");
  run("INSERT INTO notes VALUES ('11111111-1111-1111-1111-111111111111', 'mine'), (gen_random_uuid(), "
      "'theirs')");
  claim("authenticated");
  EXPECT_EQ(ask("SELECT string_agg(body, ',') FROM notes"), "mine");
  EXPECT_EQ(ask("SELECT auth.role() || ' ' || auth.email() || ' ' || (auth.jwt() ->> 'sub')"),
            "authenticated a@example.org 11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(ask("SELECT count(*) FROM auth.users"), "error: 42501");
  claim("anon");
  EXPECT_EQ(ask("SELECT count(*) FROM notes"), "0");
  run("RESET ROLE; SET ROLE service_role");
  EXPECT_EQ(ask("SELECT count(*) FROM notes"), "2") << "service_role passes by row level security";
}

TEST_F(SupabasePrelude, StorageTakesPoliciesAndCutsPaths) {
  run("CREATE POLICY own ON storage.objects FOR SELECT "
      "USING (bucket_id = 'a' AND (storage.foldername(name))[1] = auth.uid()::text)");
  run("INSERT INTO storage.buckets (id, name, public) VALUES ('a', 'a', true)");
  EXPECT_EQ(ask("INSERT INTO storage.objects (bucket_id, name) VALUES ('a', 'u/x/y.tar.gz') "
                "RETURNING array_to_string(path_tokens, '|')"),
            "u|x|y.tar.gz");
  EXPECT_EQ(ask("SELECT array_to_string(storage.foldername('a/b/c.png'), '|') || ' ' || "
                "storage.filename('a/b/c.png') || ' ' || storage.extension('a/b/c.png')"),
            "a|b c.png png");
}

TEST_F(SupabasePrelude, RealtimeAndVaultAnswer) {
  run("CREATE TABLE t (id int PRIMARY KEY)");
  run("ALTER PUBLICATION supabase_realtime ADD TABLE t");
  run("SELECT realtime.send('{\"a\":1}', 'event', 'topic', false)");
  EXPECT_EQ(ask("SELECT event || ' ' || topic FROM realtime.messages"), "event topic");
  run("SELECT vault.create_secret('s3cret', 'key')");
  EXPECT_EQ(ask("SELECT decrypted_secret FROM vault.decrypted_secrets WHERE name = 'key'"), "s3cret");
}

TEST_F(SupabasePrelude, ExtensionsAreFoundWithoutTheirSchema) {
  EXPECT_EQ(ask("SELECT extensions.crypt('a', extensions.gen_salt('bf')) LIKE '$2a$%'"), "t");
  EXPECT_EQ(ask("SELECT uuid_generate_v4() IS NOT NULL AND digest('a', 'sha256') IS NOT NULL"), "t");
  EXPECT_EQ(ask("SHOW search_path"), "\"$user\", public, extensions");
}

TEST_F(SupabasePrelude, NewTablesAreGrantedToTheApiRoles) {
  run("CREATE TABLE t (id int)");
  for (const char* role : {"anon", "authenticated", "service_role"})
    EXPECT_EQ(ask(std::string("SELECT has_table_privilege('") + role + "', 'public.t', 'SELECT, INSERT')"),
              "t")
        << role;
}

TEST_F(SupabasePrelude, TheOwnerSetsRolesAndSettingsButBecomesNoSuperuser) {
  for (const char* allowed :
       {"ALTER ROLE anon SET statement_timeout = '10s'",
        "ALTER ROLE authenticator SET pgrst.db_schemas = 'public'", "CREATE ROLE grafana LOGIN",
        "GRANT anon TO grafana", "CREATE SCHEMA private", "GRANT USAGE ON SCHEMA private TO service_role",
        "COMMENT ON SCHEMA public IS 'x'", "SET session_replication_role = replica"})
    run(allowed);
  for (const char* refused : {"CREATE ROLE boss SUPERUSER", "SET ROLE supabase_admin",
                              "GRANT supabase_admin TO postgres", "COPY (SELECT 1) TO PROGRAM 'true'"})
    EXPECT_EQ(ask(refused), "error: 42501") << refused;
}

TEST_F(SupabasePrelude, EveryNamedRoleAndSchemaIsThere) {
  for (const char* role : {"anon", "authenticated", "service_role", "authenticator", "supabase_admin",
                           "postgres", "supabase_auth_admin", "supabase_storage_admin", "dashboard_user"})
    EXPECT_EQ(ask(std::string("SELECT count(*) FROM pg_roles WHERE rolname = '") + role + "'"), "1") << role;
  for (const char* schema : {"auth", "storage", "extensions", "realtime", "vault", "graphql_public"})
    EXPECT_EQ(ask(std::string("SELECT count(*) FROM pg_namespace WHERE nspname = '") + schema + "'"), "1")
        << schema;
}

}  // namespace runner
