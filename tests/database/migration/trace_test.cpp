#include "runner/migration/trace.hpp"

#include "tests/support/test_server.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

namespace {
class TraceTest : public ::testing::Test {
 protected:
  /// What is there before: executed and committed.
  void given(const std::string& sql) {
    const StatementResult done = session_.execute(sql);
    ASSERT_FALSE(done.error) << done.error->message;
  }

  std::vector<StatementTrace> traced(const std::string& sql) {
    Trace trace{session_, beside_};
    ExecuteHooks hooks;
    hooks.on_notice = [this](const Statement&, const Notice& notice) { notices_.push_back(notice.message); };
    trace.attach(hooks);
    execution_ = execute_sql(sql, "m.sql", "1_m", session_, hooks);
    return trace.finish();
  }

  /// One line a statement: "<locks>; <work>".
  std::string seen(const std::string& sql) {
    std::string text;
    const auto statements = traced(sql);
    for (const Finding& finding : execution_.findings)
      if (finding.severity == Severity::error) text += finding.text();
    for (const StatementTrace& statement : statements) text += line(statement) + "\n";
    return text;
  }

  static std::string line(const StatementTrace& statement) {
    std::vector<std::string> parts;
    for (const HeldLock& lock : statement.held)
      parts.push_back(fmt::format("{} {}{}", to_string(lock.mode), lock.relation.shown(),
                                  lock.since == statement.offset ? "" : " held"));
    std::sort(parts.begin(), parts.end());
    for (const TracedWork& work : statement.work)
      parts.push_back(fmt::format("{} {}{}", name_of(work.kind), work.relation.shown(),
                                  work.index.empty() ? "" : "." + work.index));
    if (statement.each_table) parts.push_back(fmt::format("each {}", to_string(*statement.each_table)));
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
    return text;
  }

  static std::string_view name_of(WorkKind kind) {
    switch (kind) {
      case WorkKind::rewrite:
        return "rewrite";
      case WorkKind::scan:
        return "scan";
      case WorkKind::index_build:
        return "build";
    }
    return "";
  }

  TestDatabase database_{};
  Session session_ = database_.session();
  Session beside_ = database_.session();
  Execution execution_{};
  std::vector<std::string> notices_{};
};

struct LockCase {
  const char* sql;
  const char* seen;
};
constexpr const char* tables =
    "CREATE TABLE p (id int PRIMARY KEY, v varchar(10), n int);"
    "CREATE TABLE c (id int PRIMARY KEY, p_id int, v varchar(10), n int, at timestamp, j json,"
    "  t text CHECK (t IS NOT NULL), q numeric(8, 2));"
    "CREATE TABLE fk (id int PRIMARY KEY, p_id int REFERENCES p);"
    "CREATE INDEX c_v ON c (v); CREATE UNIQUE INDEX c_n ON c (n);"
    "CREATE VIEW w AS SELECT v FROM p; CREATE MATERIALIZED VIEW mv AS SELECT id FROM c;"
    "CREATE UNIQUE INDEX mv_id ON mv (id);"
    "CREATE TABLE part (k int, n int) PARTITION BY LIST (k);"
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);"
    "CREATE TABLE part_d PARTITION OF part DEFAULT;"
    "CREATE TABLE loose (k int, n int);"
    "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE d (n positive);"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";

constexpr LockCase lock_cases[] = {
    {"ALTER TABLE c ADD COLUMN x int DEFAULT 1", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ADD COLUMN x uuid DEFAULT gen_random_uuid()", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE c ADD COLUMN x int GENERATED ALWAYS AS IDENTITY", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE c ADD COLUMN x int CHECK (x > 0)", "ACCESS EXCLUSIVE c; scan c"},
    {"ALTER TABLE c ADD COLUMN x positive", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE c ADD COLUMN x int REFERENCES p", "ACCESS EXCLUSIVE c; SHARE ROW EXCLUSIVE p"},
    {"ALTER TABLE c ADD COLUMN x int DEFAULT 1 REFERENCES p",
     "ACCESS EXCLUSIVE c; SHARE ROW EXCLUSIVE p; scan c"},
    {"ALTER TABLE c DROP COLUMN n", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ALTER v TYPE varchar(20)", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ALTER v TYPE text", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ALTER q TYPE numeric(10, 2)", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ALTER n TYPE bigint", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE c ALTER j TYPE jsonb", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE c ALTER v TYPE varchar(5)", "ACCESS EXCLUSIVE c; rewrite c"},
    {"ALTER TABLE p ALTER id TYPE bigint", "ACCESS EXCLUSIVE fk; ACCESS EXCLUSIVE p; rewrite p; scan fk"},
    {"ALTER TABLE c ALTER v TYPE varchar(10) COLLATE \"C\"", "ACCESS EXCLUSIVE c; build c.c_v"},
    {"ALTER TABLE c ALTER n SET NOT NULL", "ACCESS EXCLUSIVE c; scan c"},
    {"ALTER TABLE c ALTER t SET NOT NULL", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ADD CHECK (n > 0)", "ACCESS EXCLUSIVE c; scan c"},
    {"ALTER TABLE c ADD CHECK (n > 0) NOT VALID", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p",
     "SHARE ROW EXCLUSIVE c; SHARE ROW EXCLUSIVE p; scan c"},
    {"ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID",
     "SHARE ROW EXCLUSIVE c; SHARE ROW EXCLUSIVE p"},
    {"ALTER TABLE c ADD CONSTRAINT u UNIQUE (v)", "ACCESS EXCLUSIVE c; build c.u"},
    {"ALTER TABLE c ADD CONSTRAINT u UNIQUE USING INDEX c_n", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c RENAME COLUMN n TO m", "ACCESS EXCLUSIVE c"},
    {"ALTER TABLE c ENABLE ROW LEVEL SECURITY", "ACCESS EXCLUSIVE c"},
    {"CREATE POLICY mine ON c USING (true)", "ACCESS EXCLUSIVE c"},
    {"CREATE TRIGGER t BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION f()", "SHARE ROW EXCLUSIVE c"},
    {"ALTER TABLE c SET (fillfactor = 50)", "SHARE UPDATE EXCLUSIVE c"},
    {"COMMENT ON TABLE c IS 'x'", "SHARE UPDATE EXCLUSIVE c"},
    {"ANALYZE c", "SHARE UPDATE EXCLUSIVE c"},
    {"CREATE INDEX i ON c (p_id)", "SHARE c; build c.i"},
    {"REFRESH MATERIALIZED VIEW mv", "ACCESS EXCLUSIVE mv; scan c; rewrite mv"},
    {"REINDEX INDEX c_v", "ACCESS EXCLUSIVE c; build c.c_v"},
    {"CLUSTER c USING c_v", "ACCESS EXCLUSIVE c; rewrite c"},
    {"TRUNCATE c", "ACCESS EXCLUSIVE c"},
    {"TRUNCATE loose", "ACCESS EXCLUSIVE loose"},
    {"ALTER TABLE loose SET UNLOGGED", "ACCESS EXCLUSIVE loose; rewrite loose"},
    {"DROP INDEX c_v", "ACCESS EXCLUSIVE c"},
    {"DROP TABLE fk", "ACCESS EXCLUSIVE fk; ACCESS EXCLUSIVE p"},
    {"DROP VIEW w", "ACCESS EXCLUSIVE w"},
    {"CREATE TABLE x (p_id int REFERENCES p)", "SHARE ROW EXCLUSIVE p"},
    {"ALTER TABLE part ATTACH PARTITION loose FOR VALUES IN (2)",
     "ACCESS EXCLUSIVE loose; ACCESS EXCLUSIVE part_d; SHARE UPDATE EXCLUSIVE part; scan part_d; "
     "scan loose"},
    {"DO $$ BEGIN EXECUTE 'ALTER TABLE c ALTER n SET NOT NULL'; END $$", "ACCESS EXCLUSIVE c; scan c"},
    {"ALTER DOMAIN positive ADD CHECK (VALUE > 1)", "SHARE d; scan d"},
    {"GRANT SELECT ON c TO public", ""},
    {"CREATE TABLE x (a int); ALTER TABLE x ADD b int; CREATE INDEX ON x (a)", ""},
    {"UPDATE c SET n = 1; DELETE FROM p; INSERT INTO p SELECT id FROM c", ""}};
}  // namespace

TEST_F(TraceTest, SeesLocksAndWorkOnEmptyTables) {
  for (const LockCase& one : lock_cases) {
    given(std::string("DROP SCHEMA public CASCADE; CREATE SCHEMA public;") + tables);
    EXPECT_EQ(seen(one.sql), std::string(one.seen) + (*one.seen == '\0' ? "" : "\n")) << one.sql;
  }
}

TEST_F(TraceTest, LocksAreHeldWhileWhatFollowsRuns) {
  given(tables);
  EXPECT_EQ(seen("ALTER TABLE p ADD COLUMN x int;\n"
                 "UPDATE c SET n = 1;\n"
                 "UPDATE c SET n = 1 WHERE id = 1;\n"
                 "CREATE INDEX i ON c (p_id);"),
            "ACCESS EXCLUSIVE p\n"
            "ACCESS EXCLUSIVE p held; scan c\n"
            "ACCESS EXCLUSIVE p held; SHARE c; build c.i\n");
}

TEST_F(TraceTest, WhatAnEarlierMigrationReadIsNotCountedAgain) {
  given(tables);
  given("BEGIN; SELECT count(*) FROM c; UPDATE c SET n = 1; COMMIT");
  EXPECT_EQ(seen("ALTER TABLE c ADD COLUMN x int"), "ACCESS EXCLUSIVE c\n");
  EXPECT_EQ(seen("ALTER TABLE c ALTER n SET NOT NULL"), "ACCESS EXCLUSIVE c; scan c\n");
  EXPECT_EQ(seen("ALTER TABLE c ALTER n DROP NOT NULL"), "ACCESS EXCLUSIVE c\n");
}

TEST_F(TraceTest, AFileWithItsOwnTransactionIsSeenLikeAnyOther) {
  given(tables);
  EXPECT_EQ(seen("BEGIN; ALTER TABLE c ALTER n SET NOT NULL; COMMIT;"), "ACCESS EXCLUSIVE c; scan c\n");
  EXPECT_EQ(seen("BEGIN; ALTER TABLE c DROP COLUMN v; COMMIT; BEGIN; CREATE INDEX i ON c (p_id); COMMIT;"),
            "ACCESS EXCLUSIVE c\nSHARE c; build c.i\n");
}

TEST_F(TraceTest, WhatRunsOutsideATransactionIsKnownByItsForm) {
  given(tables);
  EXPECT_EQ(seen("CREATE INDEX CONCURRENTLY i ON c (p_id);"), "SHARE UPDATE EXCLUSIVE c; build c.i\n");
  EXPECT_EQ(seen("REINDEX TABLE CONCURRENTLY c"), "SHARE UPDATE EXCLUSIVE c; build c\n");
  EXPECT_EQ(seen("DROP INDEX CONCURRENTLY IF EXISTS i"), "SHARE UPDATE EXCLUSIVE c\n");
  EXPECT_EQ(seen("VACUUM (FULL, ANALYZE) c"), "ACCESS EXCLUSIVE c; rewrite c\n");
  EXPECT_EQ(seen("VACUUM"), "each SHARE UPDATE EXCLUSIVE\n");
}

TEST_F(TraceTest, StatementsBesideOneOutsideATransactionAreLookedAtToo) {
  given(tables);
  EXPECT_EQ(seen("ALTER TABLE c ADD COLUMN x int;\n"
                 "CREATE INDEX CONCURRENTLY i ON c (x);\n"
                 "ALTER TABLE c ALTER x SET NOT NULL;\n"
                 "CREATE TABLE y (a int);\n"
                 "CREATE INDEX CONCURRENTLY j ON y (a);\n"
                 "ALTER TABLE y ADD b int;"),
            "ACCESS EXCLUSIVE c\n"
            "SHARE UPDATE EXCLUSIVE c; build c.i\n"
            "ACCESS EXCLUSIVE c; scan c\n");
  EXPECT_EQ(seen("-- runner:no-transaction\nDO $$ BEGIN PERFORM 1; COMMIT; END $$; CREATE INDEX k ON c (x)"),
            "SHARE c; build c.k\n");
}

TEST_F(TraceTest, TellsWhatWasSeenBeforeTheStatementThatIsRefused) {
  given(tables);
  const auto statements = traced("ALTER TABLE c ADD COLUMN x int; ALTER TABLE nothing ADD COLUMN x int;");
  ASSERT_EQ(statements.size(), 1U);
  EXPECT_EQ(line(statements[0]), "ACCESS EXCLUSIVE c");
  EXPECT_TRUE(execution_.failed());
}

TEST_F(TraceTest, LeavesTheMigrationsSettingsAlone) {
  given(tables);
  EXPECT_EQ(seen("SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '2s';"
                 "SET LOCAL search_path = pg_catalog, public; ALTER TABLE c ADD COLUMN x int;"
                 "DO $$ BEGIN RAISE NOTICE 'quiet'; RAISE WARNING 'loud';"
                 "  ASSERT current_setting('client_min_messages') = 'warning';"
                 "  ASSERT current_setting('lock_timeout') = '2s';"
                 "  ASSERT current_setting('search_path') = 'pg_catalog, public'; END $$"),
            "ACCESS EXCLUSIVE c\n");
  EXPECT_EQ(notices_, std::vector<std::string>{"loud"});
  EXPECT_EQ(seen("SET client_min_messages = debug1; DO $$ BEGIN RAISE NOTICE 'hello'; END $$"), "");
  EXPECT_EQ(std::count(notices_.begin(), notices_.end(), "hello"), 1);
}

TEST_F(TraceTest, SendsNoQueryBeforeTheTransactionsOwnSettings) {
  given(tables);
  EXPECT_EQ(seen("LOCK TABLE c; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; UPDATE c SET n = 1;"),
            "ACCESS EXCLUSIVE c\nACCESS EXCLUSIVE c held; scan c\n");
  EXPECT_EQ(seen("LOCK TABLE c; UPDATE c SET n = 1 WHERE id = 1;"), "ACCESS EXCLUSIVE c\n");
  EXPECT_EQ(seen("LOCK TABLE c IN EXCLUSIVE MODE; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;"),
            "EXCLUSIVE c\n");
}

TEST_F(TraceTest, NamesARelationAsItWasCalledBefore) {
  given("CREATE SCHEMA s; CREATE TABLE s.\"Old Name\" (n int)");
  EXPECT_EQ(seen("ALTER TABLE s.\"Old Name\" RENAME TO fresh; ALTER TABLE s.fresh SET SCHEMA public;"
                 "ALTER TABLE fresh ALTER n SET NOT NULL"),
            "ACCESS EXCLUSIVE s.Old Name\nACCESS EXCLUSIVE s.Old Name held; scan s.Old Name\n");
}

}  // namespace runner
