#include "runner/core/file.hpp"
#include "runner/migration/history.hpp"
#include "runner/process/child.hpp"
#include "runner/sql/statement.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

// A team uses Supabase's command line and ours on one database, in turn, and neither notices.

namespace runner {

namespace fs = std::filesystem;

namespace {
/// A project of both: supabase/migrations, and a pipeline file that names it.
class BothTools : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(cli_))
      GTEST_SKIP() << "Supabase's command line is not installed; supabase.install says why";
    write_file(folder_ / "pipeline.yml",
               "version: 1\ndatabase: { url: '${DATABASE_URL}' }\nmigrations: supabase/migrations\n"
               "stages:\n  check: [history: { rollbacks: ignore }]\n  migrate: [apply]\n");
    fs::create_directories(folder_ / "supabase/migrations");
  }

  void file(const std::string& name, const std::string& sql) {
    write_file(folder_ / ("supabase/migrations/" + name), sql);
  }
  void example() {
    for (const auto& entry : fs::directory_iterator(RUNNER_SOURCE_DIR "/migrations"))
      file(entry.path().filename(), read_file(entry.path()));
  }
  /// What splitters, dumps and histories stumble over.
  void nasty() {
    file("30000101000000_quotes.sql",
         "-- first a comment; with a semicolon\nCREATE TABLE nasty (id int, t text DEFAULT ';');\n"
         "INSERT INTO nasty VALUES (1, 'it''s; one'), (2, $q$two; $$ $q$);;\n"
         "/* a block; /* nested; */ */ COMMENT ON TABLE nasty IS 'ends; here'");
    file("30000102000000_function.sql",
         "CREATE FUNCTION nasty_f() RETURNS int LANGUAGE plpgsql AS $body$\nBEGIN\n  -- ; inside\n  RETURN "
         "1;\n"
         "END;\n$body$;\n\nDO $$ BEGIN PERFORM nasty_f(); END $$;\n");
    file("30000103000000_a.name-with.dots.sql",
         "CREATE INDEX ON nasty (t);\r\nALTER TABLE nasty ADD u text;\r\n");
    file("30000104000000_empty.sql", "-- nothing but this\n");
  }

  static std::string all_of(const ChildResult& done) { return done.output + done.errors; }
  /// Over TCP, as it connects.
  ChildResult supabase(const TestDatabase& database, std::vector<std::string> words) {
    const TcpProxy proxy(database.url());
    const DatabaseUrl url = proxy.url();
    words.push_back(fmt::format("postgresql://{}:none@127.0.0.1:{}/{}?sslmode=disable", url.get("user"),
                                url.get("port"), url.get("dbname")));
    Command command{.program = cli_.string(),
                    .arguments = std::move(words),
                    .environment = minimal_environment(),
                    .folder = folder_.path()};
    command.environment["HOME"] = folder_.path();
    command.environment["DO_NOT_TRACK"] = "1";
    command.environment["SUPABASE_TELEMETRY_DISABLED"] = "1";
    return run_child(command);
  }
  void push(const TestDatabase& database) {
    const ChildResult done = supabase(database, {"db", "push", "--yes", "--include-all", "--db-url"});
    ASSERT_TRUE(done.succeeded()) << all_of(done);
  }
  ChildResult runner(const TestDatabase& database, std::vector<std::string> words) {
    Command command{.program = RUNNER_PROGRAM,
                    .arguments = std::move(words),
                    .environment = minimal_environment(),
                    .folder = folder_.path()};
    command.environment["DATABASE_URL"] = database.url().uri();
    return run_child(command);
  }
  void apply(const TestDatabase& database) {
    const ChildResult done = runner(database, {"run", "migrate"});
    ASSERT_TRUE(done.succeeded()) << all_of(done);
  }
  void expect_nothing_to_do(const TestDatabase& database) {
    const ChildResult theirs = supabase(database, {"db", "push", "--dry-run", "--db-url"});
    EXPECT_TRUE(theirs.succeeded()) << all_of(theirs);
    EXPECT_NE(all_of(theirs).find("Remote database is up to date"), std::string::npos) << all_of(theirs);
    const ChildResult ours = runner(database, {"run", "migrate"});
    EXPECT_TRUE(ours.succeeded()) << all_of(ours);
    EXPECT_NE(all_of(ours).find("nothing to apply"), std::string::npos) << all_of(ours);
    const ChildResult check = runner(database, {"run", "check"});
    EXPECT_TRUE(check.succeeded()) << all_of(check);
  }
  static std::vector<HistoryRow> rows(const TestDatabase& database) {
    Session session = database.session();
    std::vector<HistoryRow> rows = read_history(session, {});
    for (HistoryRow& row : rows) row.statements = read_history_statements(session, {}, row.version);
    return rows;
  }
  static std::string joined(const std::vector<std::string>& statements) {
    std::string text;
    for (const std::string& statement : statements) text += statement + ";\n";
    return text;
  }
  static void expect_same_rows(const TestDatabase& one, const TestDatabase& other) {
    const std::vector<HistoryRow> ours = rows(one);
    const std::vector<HistoryRow> theirs = rows(other);
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_EQ(ours[i].version, theirs[i].version);
      EXPECT_EQ(ours[i].name, theirs[i].name);
      EXPECT_TRUE(same_tokens(joined(ours[i].statements), joined(theirs[i].statements)))
          << ours[i].version << "\nours:\n"
          << joined(ours[i].statements) << "\ntheirs:\n"
          << joined(theirs[i].statements);
    }
  }

  fs::path cli_{SUPABASE_TOOLS "/node_modules/@supabase/cli-linux-x64/bin/supabase"};
  TestFolder folder_{};
  TestDatabase ours_{TestDatabase::Content::supabase};
  TestDatabase theirs_{TestDatabase::Content::supabase};
};
}  // namespace

TEST_F(BothTools, WriteTheSameRowsForTheExample) {
  example();
  apply(ours_);
  push(theirs_);
  expect_same_rows(ours_, theirs_);
  expect_nothing_to_do(ours_);
  expect_nothing_to_do(theirs_);
}

TEST_F(BothTools, WriteTheSameRowsForWhatSplittersStumbleOver) {
  nasty();
  apply(ours_);
  push(theirs_);
  expect_same_rows(ours_, theirs_);
  expect_nothing_to_do(ours_);
  expect_nothing_to_do(theirs_);
}

TEST_F(BothTools, GoOnWhereTheOtherStopped) {
  file("1_a.sql", "CREATE TABLE a (id int);");
  push(ours_);
  file("2_b.sql", "CREATE TABLE b (id int);");
  apply(ours_);
  file("3_c.sql", "CREATE TABLE c (id int);");
  push(ours_);
  file("4_d.sql", "CREATE TABLE d (id int);");
  apply(ours_);
  expect_nothing_to_do(ours_);
  EXPECT_EQ(rows(ours_).size(), 4U);
}

TEST_F(BothTools, RepairWithTheSameEffectOnTheTable) {
  file("1_a.sql", "CREATE TABLE a (id int);\nCREATE INDEX ON a (id);");
  ASSERT_TRUE(runner(ours_, {"repair", "1", "--status", "applied"}).succeeded());
  const ChildResult done =
      supabase(theirs_, {"migration", "repair", "1", "--status", "applied", "--yes", "--db-url"});
  ASSERT_TRUE(done.succeeded()) << all_of(done);
  expect_same_rows(ours_, theirs_);
  ASSERT_TRUE(runner(theirs_, {"repair", "1", "--status", "reverted"}).succeeded());
  EXPECT_TRUE(
      supabase(ours_, {"migration", "repair", "1", "--status", "reverted", "--yes", "--db-url"}).succeeded());
  EXPECT_TRUE(rows(ours_).empty());
  EXPECT_TRUE(rows(theirs_).empty());
}

}  // namespace runner
