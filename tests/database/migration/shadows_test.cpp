#include "runner/migration/shadows.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "tests/support/test_server.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

using namespace runner;

static std::string ask(Session& session, const std::string& sql) {
  const StatementResult result = session.execute(sql);
  if (result.error) return "error: " + result.error->message;
  return result.rows.rows.empty() ? "no row" : result.rows.rows[0].at(0).value_or("NULL");
}

static constexpr const char* versions =
    "SELECT string_agg(version || ' ' || name, ', ' ORDER BY version) FROM "
    "supabase_migrations.schema_migrations";

namespace {

/// Migration files, and a plan over them.
struct Files {
  TestFolder folder{};
  Plan plan{};
  std::filesystem::path cache = test_cache();

  Migration file(const std::string& version, const std::string& name, const std::string& sql) {
    Migration migration{.version = version, .name = name};
    migration.path = folder / (migration.label() + ".sql");
    migration.shown_path = "migrations/" + migration.label() + ".sql";
    write_file(migration.path, sql);
    return migration;
  }
  void applied(const std::string& version, const std::string& name, const std::string& sql) {
    plan.applied_files.push_back(file(version, name, sql));
    plan.applied.push_back({version, name, {}});
    plan.source = Plan::Source::base_commit;
  }
};

Shadows shadows(const Files& files, QuietReporter& reporter, Session* target = nullptr,
                std::vector<std::string> preludes = {}, const std::filesystem::path& baseline = {}) {
  return Shadows({.preludes = std::move(preludes), .baseline = baseline, .cache = files.cache},
                 HistoryTable{}, target, nullptr, reporter);
}

}  // namespace

TEST(Shadows, ReplaysWhatIsAppliedAndRecordsIt) {
  Files files;
  files.cache = files.folder / "cache";  // empty at first
  files.applied("1", "a", "CREATE TABLE a AS SELECT 1 AS n; SET search_path = nowhere;");
  files.applied("2", "b", "CREATE TABLE b AS SELECT n FROM a;");
  QuietReporter reporter;
  {
    Shadows made = shadows(files, reporter);
    const auto shadow = made.with_applied(files.plan);
    Session session = shadow->connect();
    EXPECT_EQ(ask(session, "SELECT n FROM b"), "1");
    EXPECT_EQ(ask(session, versions), "1 a, 2 b");
    made.with_applied(files.plan);
  }
  ASSERT_EQ(reporter.said.size(), 1U);  // once
  EXPECT_NE(reporter.said[0].find(", 2 applied migrations replayed"), std::string::npos) << reporter.said[0];
  EXPECT_EQ(reporter.said[0].find("(cached)"), std::string::npos);
  Shadows again = shadows(files, reporter);
  again.with_applied(files.plan);
  EXPECT_NE(reporter.said.at(1).find("(cached)"), std::string::npos) << reporter.said[1];
}

TEST(Shadows, PutsPendingMigrationsOnTop) {
  Files files;
  files.applied("1", "a", "CREATE TABLE a (n int);");
  files.plan.pending.push_back(files.file("2", "b", "ALTER TABLE a ADD COLUMN m int;"));
  QuietReporter reporter;
  Shadows made = shadows(files, reporter);
  Session session = made.with_pending(files.plan)->connect();
  files.plan.pending.push_back(files.file("3", "c", "ALTER TABLE a ADD COLUMN m int;"));
  try {
    made.with_pending(files.plan);
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::failed);
    EXPECT_EQ(error.message(), "migration 3_c was refused");
    EXPECT_EQ(error.place().str(), "migrations/3_c.sql:1:26");
  }
}

TEST(Shadows, CannotBeMadeWhenAnAppliedFileDoesNotRun) {
  Files files;
  files.applied("1", "a", "CREATE TABLE a (n int);");
  files.applied("2", "b", "-- old\nALTER TABLE legacy ADD COLUMN m int;");
  QuietReporter reporter;
  Shadows made = shadows(files, reporter);
  try {
    made.with_applied(files.plan);
    ADD_FAILURE() << "made";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message().find("cannot replay the applied migration 2_b on the embedded PostgreSQL "),
              0U);
    EXPECT_EQ(error.place().path, "migrations/2_b.sql");
    EXPECT_EQ(error.place().line, 2);
    EXPECT_EQ(error.reason(), "relation \"legacy\" does not exist\nSQLSTATE 42P01");
    EXPECT_NE(error.advice().find("shadow.baseline"), std::string::npos);
  }
}

TEST(Shadows, StartFromABaseline) {
  Files files;
  files.applied("2", "b", "ALTER TABLE legacy ADD COLUMN m int;");
  const auto baseline = files.folder / "baseline.sql";
  write_file(baseline,
             "\\restrict abc\nCREATE EXTENSION dblink; CREATE TABLE legacy (n int);\n\\unrestrict abc\n");
  QuietReporter reporter;
  {
    Shadows made = shadows(files, reporter, nullptr, {}, baseline);
    Session session = made.with_applied(files.plan)->connect();
    EXPECT_NE(reporter.said.at(0).find(", baseline baseline.sql"), std::string::npos);
  }
  write_file(baseline, "CREATE TABLE legacy (n nope);");
  Shadows made = shadows(files, reporter, nullptr, {}, baseline);
  try {
    made.with_applied(files.plan);
    ADD_FAILURE() << "made";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot run shadow.baseline baseline.sql");
    EXPECT_EQ(error.place().str(), "baseline.sql:1:24");
  }
}

TEST(Shadows, TakeAnEditedFileAsItWasAtTheBaseCommit) {
  Files files;
  files.applied("1", "a", "CREATE TABLE before_edit (n int);");
  const std::string git =
      "cd '" + files.folder.path().string() + "' && git init -q . && git add 1_a.sql >/dev/null && ";
  ASSERT_EQ(std::system((git + "git hash-object 1_a.sql > blob").c_str()), 0);
  std::string blob = read_file(files.folder / "blob");
  blob.pop_back();
  files.plan.base = BaseCommit{.blobs = {{"1_a.sql", blob}}};
  files.plan.edited.push_back(files.file("1", "a", "CREATE TABLE after_edit (n int);"));
  QuietReporter reporter;
  Shadows made = shadows(files, reporter);
  const auto shadow = made.with_applied(files.plan);
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SELECT to_regclass('before_edit')"), "before_edit");
  EXPECT_EQ(ask(session, "SELECT to_regclass('after_edit')"), "NULL");
  EXPECT_TRUE(reporter.warnings.empty());
}

TEST(Shadows, SayThatAnEditedFileIsTakenAsItIsNow) {
  Files files;
  files.applied("1", "a", "CREATE TABLE after_edit (n int);");
  files.plan.edited = files.plan.applied_files;
  QuietReporter reporter;
  Shadows made = shadows(files, reporter);
  made.with_applied(files.plan);
  made.with_applied(files.plan);
  ASSERT_EQ(reporter.warnings.size(), 1U);  // once
  EXPECT_EQ(reporter.warnings[0],
            "migrations/1_a.sql was edited after it was applied; the shadow gets it as it is now");
}

TEST(Shadows, CopyTheTargetsSchemaAndHistory) {
  const TestDatabase database(TestDatabase::Content::supabase);
  Session target = database.session();
  target.query("CREATE TABLE made_by_hand (n int)", "prepare");
  create_history(target, HistoryTable{});
  Files files;
  files.applied("1", "a", "this is not run");
  files.plan.source = Plan::Source::target;
  files.plan.target_version = target.server_version();
  QuietReporter reporter;
  Shadows made = shadows(files, reporter, &target, {"supabase"});
  const auto shadow = made.with_applied(files.plan);
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SELECT to_regclass('made_by_hand')"), "made_by_hand");
  EXPECT_EQ(ask(session, versions), "1 a");
  EXPECT_EQ(ask(session, "SELECT to_regprocedure('auth.uid()')"), "auth.uid()");
  EXPECT_EQ(ask(session, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_graphql'"), "1")
      << "also where only its stand-in is";
  EXPECT_TRUE(reporter.warnings.empty());
  EXPECT_NE(reporter.said.at(0).find(", schema copied from " + target.url().describe()), std::string::npos);

  target.query("CREATE TABLE made_later (n int)", "write");
  files.applied("2", "b", "nor is this");
  Session later = made.with_applied(files.plan)->connect();
}

TEST(Shadows, ReplayWhatCannotBeCopiedAndSayWhy) {
  const TestDatabase database;
  Session admin = database.admin();
  admin.query(
      "SET allow_system_table_mods = on; INSERT INTO pg_extension SELECT 99999, 'no_such_extension', "
      "extowner, "
      "extnamespace, extrelocatable, extversion, NULL, NULL FROM pg_extension WHERE extname = 'plpgsql'",
      "claim an extension");
  Session target = database.session();
  Files files;
  files.applied("1", "a", "CREATE TABLE a (n int);");
  files.plan.source = Plan::Source::target;
  files.plan.target_version = target.server_version();
  files.plan.missing.push_back({"0", "gone", {}});
  QuietReporter reporter;
  Shadows made = shadows(files, reporter, &target);
  const auto shadow = made.with_applied(files.plan);
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SELECT to_regclass('a')"), "a");
  EXPECT_EQ(ask(session, versions), "0 gone, 1 a");
  ASSERT_EQ(reporter.warnings.size(), 2U);
  EXPECT_NE(reporter.warnings[0].find("lacks the extension 'no_such_extension'"), std::string::npos)
      << reporter.warnings[0];
  EXPECT_NE(reporter.warnings[0].find("; the migration files are replayed instead"), std::string::npos);
  EXPECT_EQ(reporter.warnings[1], "1 version in the history has no file: the shadow lacks what it did");
  EXPECT_NE(reporter.said.at(0).find("1 applied migration replayed"), std::string::npos);
}

TEST(Shadows, TakeAnEditedFileAsTheHistoryHasIt) {
  const TestDatabase database;
  Session target = database.session();
  create_history(target, HistoryTable{});
  record_applied(target, HistoryTable{},
                 {"1", "a", {"CREATE TABLE before_edit (n int)", "COMMENT ON TABLE before_edit IS 'x'"}});
  Session admin = database.admin();
  admin.query(
      "SET allow_system_table_mods = on; INSERT INTO pg_extension SELECT 99999, 'no_such_extension', "
      "extowner, "
      "extnamespace, extrelocatable, extversion, NULL, NULL FROM pg_extension WHERE extname = 'plpgsql'",
      "claim an extension");
  Files files;
  files.applied("1", "a", "CREATE TABLE after_edit (n int);");
  files.plan.edited = files.plan.applied_files;
  files.plan.source = Plan::Source::target;
  files.plan.target_version = target.server_version();
  QuietReporter reporter;
  Shadows made = shadows(files, reporter, &target);
  const auto shadow = made.with_applied(files.plan);
  Session session = shadow->connect();
  EXPECT_EQ(ask(session, "SELECT obj_description('before_edit'::regclass)"), "x");
}
