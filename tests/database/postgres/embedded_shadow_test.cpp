#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/server_tree.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

namespace fs = std::filesystem;

class EmbeddedShadowTest : public testing::Test {
 protected:
  std::unique_ptr<ShadowFactory> factory(const fs::path& cache) {
    return ShadowFactory::of({.cache = cache}, nullptr, reporter_);
  }
  /// A layer that makes a table, and counts how often it ran.
  ShadowLayer table(const std::string& name) {
    return {.digest = name, .description = name, .apply = [this, name](Shadow& shadow) {
              ++applied_;
              shadow.connect().query("CREATE TABLE " + name + " (id int)", "make a table");
            }};
  }
  QuietReporter reporter_;
  int applied_ = 0;
};

static std::string first_cell(const Rows& rows) {
  return rows.rows.at(0).at(0).value_or("NULL");
}

static std::string tables_of(Shadow& shadow) {
  return first_cell(shadow.connect().query(
      "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables "
      "WHERE schemaname = 'public'",
      "list tables"));
}

TEST_F(EmbeddedShadowTest, ItsOwnerIsNoSuperuserAndOwnsTheOnlyDatabase) {
  const auto shadow = factory(test_cache())->make({});
  Session session = shadow->connect();
  EXPECT_EQ(first_cell(session.query("SELECT current_user", "ask")), "postgres");
  EXPECT_EQ(first_cell(session.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "ask")),
            "f");
  EXPECT_EQ(first_cell(session.query("SELECT string_agg(datname, ' ') FROM pg_database", "ask")), "postgres");
  EXPECT_EQ(first_cell(session.query("SELECT datdba::regrole FROM pg_database", "ask")), "postgres");
  EXPECT_EQ(session.server_version(), shadow->server_version());
  EXPECT_EQ(first_cell(session.query("SHOW listen_addresses", "ask")), "");
  EXPECT_EQ(first_cell(session.query("SHOW TimeZone", "ask")), "UTC");
  EXPECT_EQ(first_cell(session.query("SHOW wal_level", "ask")), "logical");
  EXPECT_EQ(first_cell(session.query("SHOW server_encoding", "ask")), "UTF8");
}

TEST_F(EmbeddedShadowTest, AProgramCannotBeRunBySql) {
  const auto shadow = factory(test_cache())->make({});
  Session session = shadow->connect();
  const StatementResult result = session.execute("COPY (SELECT 1) TO PROGRAM 'true'");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->sqlstate, "42501");
}

TEST_F(EmbeddedShadowTest, StartsFromTheLongestCachedPrefix) {
  const TestFolder cache;
  const auto shadows = factory(cache.path());
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("b"), table("c")})), "a b c");
  EXPECT_EQ(applied_, 3);
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("b"), table("c")})), "a b c");
  EXPECT_EQ(applied_, 3) << "the final state was cached";
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("b"), table("c"), table("d")})), "a b c d");
  EXPECT_EQ(applied_, 4) << "only what is new is executed";
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("x")})), "a x");
  EXPECT_EQ(applied_, 5) << "the state after the first layer was cached";
  EXPECT_EQ(tables_of(*shadows->make({table("x"), table("a")})), "a x");
  EXPECT_EQ(applied_, 7) << "another order is another state";
}

TEST_F(EmbeddedShadowTest, TheCacheMayBeDeletedAtAnyTime) {
  const TestFolder cache;
  const auto shadows = factory(cache.path());
  shadows->make({table("a")});
  const auto second = shadows->make({table("a")});
  fs::remove_all(cache.path());
  EXPECT_EQ(tables_of(*second), "a");
  EXPECT_EQ(tables_of(*shadows->make({table("a")})), "a");
}

TEST_F(EmbeddedShadowTest, WorksWithoutACache) {
  const auto shadows = factory({});
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("b")})), "a b");
}

TEST_F(EmbeddedShadowTest, WorksWithACacheThatCannotBeWritten) {
  const auto shadows = factory("/proc/no-such-folder");
  EXPECT_EQ(tables_of(*shadows->make({table("a"), table("b")})), "a b");
}

TEST_F(EmbeddedShadowTest, ACachedDirectoryThatDoesNotStartIsThrownAway) {
  const TestFolder cache;
  const auto shadows = factory(cache.path());
  shadows->make({table("a")});
  for (const fs::directory_entry& entry : fs::directory_iterator(cache.path())) {
    // Same size, other bytes: only the server can tell.
    const fs::path control = entry.path() / "data/global/pg_control";
    const std::uintmax_t size = fs::file_size(control);
    write_file(control, std::string(size, 'x'));
  }
  EXPECT_EQ(tables_of(*shadows->make({table("a")})), "a");
  EXPECT_EQ(applied_, 2);
  EXPECT_EQ(tables_of(*shadows->make({table("a")})), "a");
  EXPECT_EQ(applied_, 2) << "and replaced by a sound one";
}

TEST_F(EmbeddedShadowTest, ALayerThatThrowsLeavesNothingInTheCache) {
  const TestFolder cache;
  const auto shadows = factory(cache.path());
  const ShadowLayer bad{.digest = "bad", .description = "bad", .apply = [](Shadow&) {
                          throw Error{ExitCode::failed, "refused"};
                        }};
  EXPECT_THROW(shadows->make({table("a"), bad}), Error);
  EXPECT_EQ(tables_of(*shadows->make({table("a")})), "a");
  EXPECT_EQ(applied_, 1) << "the state before it was kept";
}

TEST_F(EmbeddedShadowTest, RolesAndSettingsDoNotLeakIntoAnotherShadow) {
  const auto shadows = factory(test_cache());
  const auto one = shadows->make({});
  const auto other = shadows->make({});
  one->connect_admin().query("CREATE ROLE leaking", "make a role");
  one->connect_admin().query("ALTER ROLE postgres SET work_mem = '123kB'", "set");
  Session session = other->connect();
  EXPECT_EQ(first_cell(session.query("SELECT count(*) FROM pg_roles WHERE rolname = 'leaking'", "ask")), "0");
  EXPECT_NE(first_cell(session.query("SHOW work_mem", "ask")), "123kB");
}

TEST_F(EmbeddedShadowTest, TheOwnerMakesExtensionsAsOnAManagedService) {
  const auto shadow = factory(test_cache())->make({});
  Session session = shadow->connect();
  session.query("BEGIN", "begin");
  session.query("CREATE TABLE t (id int)", "make a table");
  session.query("CREATE EXTENSION pageinspect", "make one that usually wants a superuser");
  session.query("DO $$BEGIN CREATE EXTENSION pg_buffercache; END$$", "make one inside DO");
  session.query("COMMIT", "commit");
  session.query("COMMENT ON EXTENSION pageinspect IS 'ours'", "comment on it");
  session.query("DROP EXTENSION pageinspect", "drop it");
  const StatementResult refused = session.execute("SELECT pg_buffercache_pages()");
  ASSERT_TRUE(refused.error) << "its functions keep their own guards";
  EXPECT_EQ(refused.error->sqlstate, "42501");
}

TEST_F(EmbeddedShadowTest, TheOwnerGetsNoShell) {
  const auto shadow = factory(test_cache())->make({});
  for (const char* way : {"COPY (SELECT 1) TO PROGRAM 'true'", "GRANT pg_execute_server_program TO postgres",
                          "GRANT pg_write_server_files TO postgres", "CREATE EXTENSION plpython3u",
                          "CREATE FUNCTION f(text) RETURNS int LANGUAGE c AS 'libc.so.6', 'system'",
                          "ALTER ROLE postgres SUPERUSER", "SET ROLE runner_admin"}) {
    Session session = shadow->connect();
    session.query("CREATE EXTENSION IF NOT EXISTS pageinspect", "make a trusted extension first");
    EXPECT_TRUE(session.execute(way).error) << way;
    EXPECT_TRUE(session.execute("COPY (SELECT 1) TO PROGRAM 'true'").error) << way;
  }
}

TEST_F(EmbeddedShadowTest, KeepsSuperuserRightsWhenAsked) {
  const auto shadows = ShadowFactory::of({.cache = test_cache(), .superuser = true}, nullptr, reporter_);
  const auto shadow = shadows->make({});
  EXPECT_FALSE(shadow->connect().execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'").error);
}

TEST_F(EmbeddedShadowTest, AnotherOwnerOwnsTheDatabase) {
  const TestFolder cache;
  const auto shadows =
      ShadowFactory::of({.cache = cache.path(), .owner = "App \"Owner\""}, nullptr, reporter_);
  const auto shadow = shadows->make({});
  EXPECT_EQ(first_cell(shadow->connect().query("SELECT current_user", "ask")), "App \"Owner\"");
  EXPECT_FALSE(shadow->connect().execute("CREATE SCHEMA mine").error);
}

TEST_F(EmbeddedShadowTest, TheSupabasePreludeRunsOnIt) {
  const auto shadow = factory(test_cache())->make({layer_of(find_prelude("supabase"))});
  Session session = shadow->connect();
  EXPECT_EQ(first_cell(session.query("SELECT count(*) FROM pg_roles WHERE rolname IN "
                                     "('anon', 'authenticated', 'service_role')",
                                     "ask")),
            "3");
  EXPECT_EQ(first_cell(session.query("SELECT count(*) FROM auth.users", "ask")), "0");
}

TEST_F(EmbeddedShadowTest, WhatAHostedProjectAlwaysHasStandsIn) {
  const auto shadow = factory(test_cache())->make({layer_of(find_prelude("supabase"))});
  Session session = shadow->connect();
  session.query("CREATE EXTENSION IF NOT EXISTS supabase_vault WITH SCHEMA vault", "do nothing");
  session.query("COMMENT ON EXTENSION supabase_vault IS 'ours'", "comment on it");
  session.query("SELECT vault.create_secret('s', 'name')", "use what is always there");
  session.query("DROP EXTENSION supabase_vault", "drop it");
  session.query("DROP EXTENSION \"uuid-ossp\"", "drop one that the machine has");
  const StatementResult twice = session.execute("CREATE EXTENSION pg_graphql");
  ASSERT_TRUE(twice.error);
  EXPECT_EQ(twice.error->sqlstate, "42710") << "there already, as on a hosted project";
}

TEST_F(EmbeddedShadowTest, LoadsWhatHasToBeLoadedAtTheStartAndRunsNothingInTheBackground) {
  const auto shadow = factory(test_cache())->make({});
  Session session = shadow->connect();
  session.query("CREATE EXTENSION pg_stat_statements", "make it");
  session.query("SELECT count(*) FROM pg_stat_statements", "use it");
  EXPECT_EQ(first_cell(session.query("SELECT count(*) FROM pg_stat_activity WHERE backend_type NOT IN "
                                     "('client backend', 'checkpointer', 'background writer', 'walwriter')",
                                     "ask")),
            "0");
}

/// An installation that lies elsewhere, as Debian's packages and as a plain prefix are laid out: copies of
/// the programs, links to the rest.
static ServerBinaries moved_installation(const fs::path& root, const fs::path& bin, const fs::path& share) {
  const ServerBinaries own = find_server_binaries(0);
  const auto folders = installation_folders(own);
  if (!folders) throw std::runtime_error("the machine's own installation has a layout that is not known");
  fs::create_directories(root / bin);
  for (const char* program : {"postgres", "initdb", "pg_resetwal", "pg_controldata"})
    fs::copy_file(folders->bin / program, root / bin / program);
  fs::create_directories((root / share).parent_path());
  fs::copy(folders->share, root / share, fs::copy_options::recursive);
  fs::create_directory_symlink(folders->library, root / bin.parent_path() / "lib");
  return {.folder = root / bin, .version = own.version, .major = own.major};
}

TEST(InstallationFolders, AreFoundBesideTheServerWhereverItLies) {
  const int major = find_server_binaries(0).major;
  const TestFolder folder;
  const fs::path debian = fmt::format("share/postgresql/{}", major);
  const auto as_debian = installation_folders(
      moved_installation(folder / "a", fmt::format("lib/postgresql/{}/bin", major), debian));
  ASSERT_TRUE(as_debian);
  EXPECT_EQ(as_debian->share, fs::canonical(folder / "a") / debian);
  const auto plain = installation_folders(moved_installation(folder / "b", "bin", "share"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->share, fs::canonical(folder / "b") / "share");
}

TEST(Prelude, AMisspeltNameSuggestsTheNearest) {
  try {
    find_prelude("supabse");
    FAIL() << "found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(error.advice().find("supabase"), std::string::npos);
  }
}

TEST(TestDatabase, EachTestHasOneOfItsOwn) {
  const TestDatabase one;
  const TestDatabase other;
  one.session().query("CREATE TABLE t (id int)", "make a table");
  EXPECT_TRUE(other.session().execute("TABLE t").error);
  EXPECT_NE(one.name(), other.name());
}

}  // namespace runner
