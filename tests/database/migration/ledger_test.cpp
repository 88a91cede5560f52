#include "runner/migration/ledger.hpp"

#include "runner/core/error.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <gtest/gtest.h>

namespace runner {

using testing::ScopedVariable;

static LedgerEntry entry(const std::string& version, const std::string& batch) {
  LedgerEntry entry;
  entry.run = {.batch = batch, .actor = "somebody"};
  entry.action = "apply";
  entry.version = version;
  entry.name = "a";
  return entry;
}

static void add(Session& session, const LedgerEntry& entry) {
  const SqlCall call = add_entry(session, {}, entry);
  session.query(call.sql, "add an entry", call.parameters);
}

TEST(Ledger, IsMadeOnceAndKeepsWhatIsThere) {
  const TestDatabase database;
  Session session = database.session();
  EXPECT_FALSE(look_at_ledger(session, {}));
  EXPECT_TRUE(read_ledger(session, {}, {}).empty());
  EXPECT_TRUE(prepare_ledger(session, {}).rollback_column);
  add(session, entry("1", "b"));
  EXPECT_TRUE(prepare_ledger(session, {}).rollback_column);
  EXPECT_EQ(read_ledger(session, {}, {}).size(), 1U);
  ASSERT_TRUE(look_at_ledger(session, {}));
}

TEST(Ledger, KeepsAnEntryWhole) {
  const TestDatabase database;
  Session session = database.session();
  prepare_ledger(session, {});
  LedgerEntry one = entry("20260101", "b");
  one.digest = "aa";
  one.rollback = "DROP TABLE t";
  one.restore_point = "runner_20260101 at 0/1";
  one.duration = std::chrono::milliseconds(1500);
  one.lock_wait = std::chrono::milliseconds(7);
  one.retries = 3;
  add(session, one);
  const LedgerEntry read = read_ledger(session, {}, {}).at(0);
  EXPECT_EQ(read.version, "20260101");
  EXPECT_EQ(read.run.actor, "somebody");
  EXPECT_EQ(read.digest, "aa");
  EXPECT_FALSE(read.proof);
  EXPECT_EQ(read.restore_point, "runner_20260101 at 0/1");
  EXPECT_EQ(read.duration, std::chrono::milliseconds(1500));
  EXPECT_EQ(read.retries, 3);
  EXPECT_FALSE(read.runner_version.empty());
  EXPECT_EQ(read.finished.size(), 20U) << read.finished;
}

TEST(Ledger, IsReadNewestFirstAndByVersionAndBatch) {
  const TestDatabase database;
  Session session = database.session();
  prepare_ledger(session, {});
  add(session, entry("1", "b"));
  add(session, entry("2", "b"));
  add(session, entry("3", "c"));
  EXPECT_EQ(read_ledger(session, {}, {}).at(0).version, "3");
  EXPECT_EQ(read_ledger(session, {}, {.batch = "b"}).size(), 2U);
  EXPECT_EQ(read_ledger(session, {}, {.version = "2"}).size(), 1U);
  EXPECT_EQ(read_ledger(session, {}, {.limit = 1}).size(), 1U);
  EXPECT_TRUE(read_ledger(session, {}, {.action = "rollback"}).empty());
}

TEST(Ledger, FindsTheSavedRollbackInTheColumnElseInTheLedger) {
  const TestDatabase database;
  Session session = database.session();
  prepare_ledger(session, {});
  LedgerEntry one = entry("1", "b");
  one.rollback = "DROP TABLE old";
  add(session, one);
  EXPECT_EQ(read_saved_rollback(session, {}, "1"), "DROP TABLE old");
  session.query(
      "INSERT INTO supabase_migrations.schema_migrations (version, rollback) "
      "VALUES ('1', ARRAY['DROP TABLE a -- last', 'DROP TABLE b'])",
      "record");
  EXPECT_EQ(read_saved_rollback(session, {}, "1"), "DROP TABLE a -- last\n;\nDROP TABLE b\n;\n");
  EXPECT_FALSE(read_saved_rollback(session, {}, "2"));
}

TEST(Ledger, SaysWhatToGrantBeforeAnythingIsDone) {
  const TestDatabase database;
  Session admin = database.admin();
  admin.query(
      "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations "
      "(version text PRIMARY KEY, statements text[], name text); "
      "GRANT USAGE ON SCHEMA supabase_migrations TO PUBLIC",
      "prepare");
  Session session = database.session();
  try {
    prepare_ledger(session, {});
    FAIL() << "made";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.advice().find("GRANT USAGE, CREATE ON SCHEMA \"supabase_migrations\" TO "),
              std::string::npos)
        << error.text();
    EXPECT_NE(error.advice().find("GRANT SELECT, INSERT, UPDATE, DELETE ON \"supabase_migrations\"."
                                  "\"schema_migrations\" TO "),
              std::string::npos)
        << error.text();
    // What is to be pasted works, and is enough.
    const std::string sql = error.advice().substr(error.advice().find(": ") + 2);
    admin.query(sql, "grant");
  }
  EXPECT_FALSE(prepare_ledger(session, {}).rollback_column);
}

TEST(Ledger, TakesItsRunFromGitLabsVariables) {
  {
    const ScopedVariable pipeline{"CI_PIPELINE_ID", "4711"};
    const ScopedVariable who{"GITLAB_USER_LOGIN", "ada"};
    const LedgerRun run = LedgerRun::of_environment();
    EXPECT_EQ(run.batch, "pipeline-4711");
    EXPECT_EQ(run.actor, "ada");
  }
  EXPECT_NE(LedgerRun::of_environment().batch, LedgerRun::of_environment().batch);
}

}  // namespace runner
