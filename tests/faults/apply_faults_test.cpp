#include "runner/core/file.hpp"
#include "runner/migration/ledger.hpp"
#include "stages/apply/apply.hpp"
#include "tests/faults/dropping_proxy.hpp"
#include "tests/faults/forked.hpp"
#include "tests/support/test_server.hpp"

#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

namespace {

/// Migrations, and a database to which other processes apply them.
class Project {
 public:
  void add(const std::string& version, const std::string& sql) {
    Migration migration{.version = version, .name = "m"};
    migration.path = folder_ / (migration.label() + ".sql");
    migration.shown_path = "migrations/" + migration.label() + ".sql";
    write_file(migration.path, sql);
    pending_.push_back(std::move(migration));
  }
  /// Several statements each: tables, indexes, rows.
  void add_many(int count) {
    add("1000", "CREATE TABLE counted (n int PRIMARY KEY);");
    for (int i = 1; i < count; ++i)
      add(std::to_string(1000 + i),
          fmt::format("CREATE TABLE t{0} (n int, m text);\nCREATE INDEX ON t{0} (n);\n"
                      "INSERT INTO counted VALUES ({0});\n"
                      "ALTER TABLE t{0} ADD COLUMN k int DEFAULT {0};",
                      i));
  }

  /// What `runner run migrate` does in a process of its own.
  int apply_to(const DatabaseUrl& url) const {
    const StopSignal stop;
    QuietReporter reporter;
    Session session = Session::connect(url, {}, &stop);
    Options options;
    add_defaults(apply.options, options);
    options.set("retry_for", std::chrono::milliseconds(60'000));
    Plan plan;
    plan.pending = pending_;
    const HistoryTable history;
    Shadows shadows({.cache = test_cache()}, history, nullptr, &stop, reporter);
    Services use{&session, shadows, reporter, stop};
    const Outcome outcome = apply.run({"migrate", options, plan, history, folder_.path()}, use);
    return to_int(outcome.exit_code());
  }
  pid_t start(const DatabaseUrl& url, const std::string& told = "/dev/null") const {
    return fork_to([&] { return apply_to(url); }, told);
  }
  pid_t start() const { return start(database.url()); }
  int apply_here() const { return wait_for(start()); }

  std::string ask(const std::string& sql) const {
    return database.admin().query(sql, "ask").rows.at(0).at(0).value_or("NULL");
  }
  /// Everything that counts: history, catalogue and rows; and no version twice in the ledger.
  std::string state() const {
    return ask(
        "SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) FROM ("
        "SELECT 'h' || version || statements::text AS line FROM supabase_migrations.schema_migrations "
        "UNION ALL SELECT 'a' || attrelid::regclass || attname || atttypid::regtype || attnum "
        "FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        "WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped "
        "UNION ALL SELECT 'i' || indexrelid::regclass || indisvalid FROM pg_index JOIN pg_class c "
        "ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace "
        "UNION ALL SELECT 'r' || n FROM counted "
        "UNION ALL SELECT 'l' || action || version FROM supabase_migrations.runner_log "
        "UNION ALL SELECT 'p' || version FROM supabase_migrations.runner_progress) AS lines");
  }

  const TestDatabase database{};

 private:
  TestFolder folder_{};
  std::vector<Migration> pending_{};
};

std::string undisturbed(int count) {
  Project project;
  project.add_many(count);
  EXPECT_EQ(project.apply_here(), 0);
  return project.state();
}

/// Waits until the query is true.
void wait_until(const Project& project, const std::string& sql) {
  Session look = project.database.admin();
  while (look.query(sql, "look").rows.at(0).at(0) != "t") ::usleep(2000);
}

}  // namespace

TEST(ApplyFaults, EightRunnersAtOnceApplyEachVersionOnce) {
  const std::string expected = undisturbed(20);
  Project project;
  project.add_many(20);
  std::vector<pid_t> runs;
  for (int i = 0; i < 8; ++i) runs.push_back(project.start());
  for (const pid_t run : runs) EXPECT_EQ(wait_for(run), 0);
  EXPECT_EQ(project.state(), expected);
}

TEST(ApplyFaults, Kill9AtRandomMomentsAndAnotherRunIsAnUndisturbedRun) {
  const std::string expected = undisturbed(50);
  std::mt19937 random{20260309};
  std::uniform_int_distribution<useconds_t> moment{0, 400'000};
  for (int i = 0; i < 15; ++i) {
    Project project;
    project.add_many(50);
    const pid_t run = project.start();
    ::usleep(moment(random));
    ::kill(run, SIGKILL);
    wait_for(run);
    ASSERT_EQ(project.apply_here(), 0) << "try " << i;
    ASSERT_EQ(project.state(), expected) << "try " << i;
  }
}

TEST(ApplyFaults, AStopSignalAtRandomMomentsAndAnotherRunIsAnUndisturbedRun) {
  const std::string expected = undisturbed(50);
  std::mt19937 random{7};
  std::uniform_int_distribution<useconds_t> moment{20'000, 400'000};
  std::set<int> codes;
  for (int i = 0; i < 10; ++i) {
    Project project;
    project.add_many(50);
    const pid_t run = project.start();
    ::usleep(moment(random));
    const bool interrupt = i % 2 == 0;
    ::kill(run, interrupt ? SIGINT : SIGTERM);
    codes.insert(wait_for(run));
    ASSERT_EQ(project.apply_here(), 0) << "try " << i;
    ASSERT_EQ(project.state(), expected) << "try " << i;
  }
  // Before the handler is installed the signal itself ends the process.
  for (const int code : codes)
    EXPECT_TRUE(code == 0 || code == 130 || code == 143 || code == 1000 + SIGINT || code == 1000 + SIGTERM)
        << code;
}

TEST(ApplyFaults, AStatementThatIsStoppedLeavesNothing) {
  Project project;
  project.add("1", "CREATE TABLE a (n int); SELECT pg_sleep(600);");
  const pid_t run = project.start();
  wait_until(project,
             "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(6%' "
             "AND state = 'active')");
  ::kill(run, SIGTERM);
  EXPECT_EQ(wait_for(run), to_int(ExitCode::terminated));
  EXPECT_EQ(project.ask("SELECT to_regclass('a')"), "NULL");
  EXPECT_EQ(project.ask("SELECT count(*) FROM supabase_migrations.schema_migrations"), "0");
}

TEST(ApplyFaults, ABackendThatIsEndedDuringAStatementLeavesNothing) {
  Project project;
  project.add("1", "CREATE TABLE a (n int); SELECT pg_sleep(600);");
  const pid_t run = project.start();
  wait_until(project,
             "SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity "
             "WHERE query LIKE 'SELECT pg_sleep(6%' AND state = 'active'");
  EXPECT_EQ(wait_for(run), to_int(ExitCode::environment));
  EXPECT_EQ(project.ask("SELECT to_regclass('a')"), "NULL");
  EXPECT_EQ(project.ask("SELECT count(*) FROM supabase_migrations.schema_migrations"), "0");
}

TEST(ApplyFaults, AFrozenClientFreesItsLocksWithinSixSeconds) {
  Project project;
  project.database.session().query("CREATE TABLE busy (n int)", "prepare");
  project.add("1", "ALTER TABLE busy ADD COLUMN m int; SELECT pg_sleep(1);");
  const pid_t run = project.start();
  wait_until(project,
             "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'busy'::regclass "
             "AND mode = 'AccessExclusiveLock' AND granted)");
  ::kill(run, SIGSTOP);
  Session writer = project.database.session();
  writer.query("SET lock_timeout = '6s'", "limit the wait");
  EXPECT_FALSE(writer.execute("INSERT INTO busy VALUES (1)").error);
  ::kill(run, SIGCONT);
  EXPECT_EQ(wait_for(run), 0);
}

TEST(ApplyFaults, ACommitWhoseAnswerIsLostIsLookedUp) {
  Project project;
  project.add("1", "CREATE TABLE a (n int);");
  project.add("2", "CREATE TABLE b (n int);");
  DroppingProxy proxy(project.database.url(), DroppingProxy::Drop::first_commit_answer_after_insert);
  EXPECT_EQ(wait_for(project.start(proxy.url())), 0);
  EXPECT_EQ(proxy.dropped(), 1);
  EXPECT_EQ(project.ask("SELECT string_agg(version, ' ' ORDER BY version) FROM "
                        "supabase_migrations.schema_migrations"),
            "1 2");
  EXPECT_EQ(project.ask("SELECT count(*) FROM supabase_migrations.runner_log"), "2");
}

TEST(ApplyFaults, AConnectionThatIsCutBeforeCommitKeepsNothing) {
  Project project;
  project.add("1", "CREATE TABLE a (n int);");
  DroppingProxy proxy(project.database.url(), DroppingProxy::Drop::first_history_row);
  EXPECT_EQ(wait_for(project.start(proxy.url())), to_int(ExitCode::environment));
  EXPECT_EQ(proxy.dropped(), 1);
  EXPECT_EQ(project.ask("SELECT to_regclass('a')"), "NULL");
  EXPECT_EQ(project.apply_here(), 0);
}

TEST(ApplyFaults, AnIndexBuildThatIsKilledIsGoneOnWith) {
  Project project;
  project.database.session().query("CREATE TABLE big (n int)", "prepare");
  project.add("1", "CREATE INDEX CONCURRENTLY big_n ON big (n);\nCOMMENT ON INDEX big_n IS 'x';");
  Session writer = project.database.session();
  writer.query("BEGIN", "begin");
  writer.query("INSERT INTO big VALUES (1)", "write");
  const pid_t run = project.start();
  wait_until(project,
             "SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('big_n') AND NOT "
             "indisvalid)");
  ::kill(run, SIGKILL);
  wait_for(run);
  // The server notices by itself that the client is gone.
  wait_until(project,
             "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' "
             "AND pid <> pg_backend_pid())");
  writer.query("COMMIT", "end");
  EXPECT_EQ(project.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_n'::regclass"), "f");
  EXPECT_EQ(project.ask("SELECT count(*) FROM supabase_migrations.schema_migrations"), "0");
  EXPECT_EQ(project.apply_here(), 0);
  EXPECT_EQ(project.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_n'::regclass"), "t");
  EXPECT_EQ(project.ask("SELECT obj_description('big_n'::regclass)"), "x");
  EXPECT_EQ(project.ask("SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
}

}  // namespace runner
