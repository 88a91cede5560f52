#include "runner/migration/execute.hpp"

#include "runner/core/error.hpp"
#include "tests/support/test_server.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

namespace {
class Execute : public ::testing::Test {
 protected:
  Execution run(const std::string& sql) {
    return execute_sql(sql, "migrations/1_a.sql", "1_a", session_, hooks_);
  }

  std::string ask(const std::string& sql) {
    const Rows rows = session_.query(sql, "look");
    return rows.rows.at(0).at(0).value_or("NULL");
  }
  std::string exists(const std::string& relation) {
    return ask("SELECT to_regclass('" + relation + "') IS NOT NULL");
  }
  static std::vector<std::string> rules(const Execution& execution) {
    std::vector<std::string> found;
    for (const Finding& finding : execution.findings) found.push_back(finding.rule);
    return found;
  }

  TestDatabase database_{};
  Session session_ = database_.session();
  ExecuteHooks hooks_{};
};
using Rules = std::vector<std::string>;
}  // namespace

TEST_F(Execute, CountsStatementsAndKeepsTheirEffect) {
  const Execution done = run("CREATE TABLE a (n int); INSERT INTO a VALUES (1); -- end");
  EXPECT_FALSE(done.failed());
  EXPECT_EQ(done.statements, 2U);
  EXPECT_EQ(ask("SELECT n FROM a"), "1");
}

TEST_F(Execute, RollsTheWholeFileBackAndPlacesTheMistake) {
  const Execution done =
      run("CREATE TABLE a (n int);\n\n-- é\nCREATE TABLE b (\n\tü text CHECK (länge > 0)\n);\n");
  ASSERT_EQ(done.findings.size(), 1U);
  const Finding& finding = done.findings[0];
  EXPECT_EQ(finding.text(),
            "error: migrations/1_a.sql:5:16: column \"länge\" does not exist [sql-refused]\n"
            "  4 | CREATE TABLE b (\n"
            "  5 |     ü text CHECK (länge > 0)\n"
            "    |                   ^\n"
            "  6 | );\n"
            "  SQLSTATE 42703\n");
  EXPECT_EQ(finding.subject, "1_a");
  EXPECT_EQ(exists("a"), "f");
  EXPECT_EQ(session_.state(), TransactionState::idle);
}

TEST_F(Execute, PlacesAMistakeWithinADoBlock) {
  const Execution done = run("DO $$\nBEGIN\n  PERFORM 1;\n  PERFORM nope();\nEND $$;");
  EXPECT_EQ(done.findings.at(0).place.str(), "migrations/1_a.sql:4:3");
  EXPECT_EQ(done.findings.at(0).message, "function nope() does not exist");
}

TEST_F(Execute, ShowsDetailHintAndRemedy) {
  run("CREATE TABLE a (n int PRIMARY KEY); INSERT INTO a VALUES (1);");
  const Execution twice = run("INSERT INTO a VALUES (1);");
  EXPECT_NE(twice.findings.at(0).detail.find("SQLSTATE 23505\nDETAIL: Key (n)=(1) already exists.\n"),
            std::string::npos);
  const Execution again = run("CREATE TABLE a (n int);");
  EXPECT_EQ(again.findings.at(0).message, "relation \"a\" already exists");
  EXPECT_NE(again.findings.at(0).remedy, "");
}

TEST_F(Execute, TellsWhatFailsAtCommit) {
  const std::string schema =
      "CREATE TABLE p (id int PRIMARY KEY);\n"
      "CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n"
      "INSERT INTO c VALUES (1)";
  const Execution ours = run(schema + ";\n-- end\n");
  ASSERT_TRUE(ours.failed());
  EXPECT_EQ(ours.statements, 3U);
  EXPECT_EQ(ours.findings[0].place.str(), "migrations/1_a.sql:3:25");
  EXPECT_EQ(ours.findings[0].message.find("refused at COMMIT, after the last statement: "), 0U);
  const Execution own = run("BEGIN;\n" + schema + ";\nCOMMIT;");
  EXPECT_EQ(own.findings.at(0).place.str(), "migrations/1_a.sql:5:1");
  EXPECT_EQ(exists("p"), "f");
}

TEST_F(Execute, TakesOnePairForTheTransactionOfTheFile) {
  const Execution done = run("BEGIN;\nCREATE TABLE a (n int);\nCOMMIT;");
  EXPECT_EQ(done.shape, TransactionShape::own_pair);
  EXPECT_TRUE(done.findings.empty());
  EXPECT_TRUE(run("BEGIN; CREATE TABLE b (n int); SELECT 1/0; COMMIT;").failed());
  EXPECT_EQ(exists("a"), "t");
  EXPECT_EQ(exists("b"), "f");
}

TEST_F(Execute, RunsOtherTransactionControlAsWritten) {
  const Execution done = run("BEGIN; CREATE TABLE a (n int); COMMIT; CREATE TABLE b (n int); SELECT 1/0;");
  EXPECT_EQ(rules(done), (Rules{"own-transaction", "sql-refused"}));
  EXPECT_EQ(exists("a"), "t");
  EXPECT_EQ(exists("b"), "t");
}

TEST_F(Execute, RefusesAFileThatEndsWithinATransaction) {
  const Execution done = run("BEGIN;\nCREATE TABLE a (n int);");
  EXPECT_EQ(rules(done), (Rules{"open-transaction"}));
  EXPECT_EQ(exists("a"), "f");
}

TEST_F(Execute, WarnsOfACommitWithoutBegin) {
  EXPECT_EQ(rules(run("SELECT 1; COMMIT;")), (Rules{"own-transaction", "commit-without-begin"}));
}

TEST_F(Execute, RunsOutsideATransactionWhatPostgresRefusesWithin) {
  EXPECT_EQ(rules(run("CREATE TABLE a (n int); CREATE INDEX CONCURRENTLY i ON a (n);")),
            (Rules{"not-atomic"}));
  EXPECT_EQ(exists("i"), "t");
  EXPECT_TRUE(run("DROP INDEX CONCURRENTLY i").findings.empty());
  EXPECT_TRUE(run("VACUUM a").findings.empty());
}

TEST_F(Execute, LetsABlockCommitWhereTheFileAsksForIt) {
  const std::string block = "CREATE TABLE a (n int);\nDO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; END $$;";
  const Execution within = run(block);
  EXPECT_NE(within.findings.at(0).detail.find("SQLSTATE 2D000"), std::string::npos);
  EXPECT_NE(within.findings.at(0).remedy.find("-- runner:no-transaction"), std::string::npos);
  EXPECT_TRUE(run("-- runner:no-transaction\n" + block).findings.empty());
  EXPECT_EQ(ask("SELECT n FROM a"), "1");
}

TEST_F(Execute, LetsNoSettingOrRoleReachTheNextFile) {
  const std::string path = ask("SHOW search_path");
  run("SET search_path = ''; SET ROLE pg_monitor; SET lock_timeout = '3s';");
  EXPECT_EQ(ask("SHOW search_path"), path);
  EXPECT_EQ(ask("SHOW lock_timeout"), "0");
  EXPECT_EQ(ask("SELECT current_user = session_user"), "t");
}

TEST_F(Execute, NamesAMissingExtensionAndWhereItComesFrom) {
  hooks_.server_major = 15;
  try {
    run("CREATE TABLE a (n int);\nCREATE EXTENSION no_such_extension;");
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(),
              "extension 'no_such_extension', which 1_a creates, is not available on this server");
    EXPECT_EQ(error.place().str(), "migrations/1_a.sql:2:1");
    EXPECT_NE(error.advice().find("SHADOW_DATABASE_URL"), std::string::npos);
  }
  EXPECT_EQ(session_.state(), TransactionState::idle);
  EXPECT_EQ(exists("a"), "f");
}

TEST_F(Execute, NamesAMissingExtensionThatADoBlockCreates) {
  try {
    run("DO $$BEGIN CREATE EXTENSION IF NOT EXISTS \"no-such\"; END$$;");
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "extension 'no-such', which 1_a creates, is not available on this server");
  }
}

TEST_F(Execute, CallsBeforeCommitWithinTheTransactionOnce) {
  std::vector<TransactionState> states;
  hooks_.before_commit = [&] { states.push_back(session_.state()); };
  run("SELECT 1");
  run("BEGIN; SELECT 1; COMMIT");
  run("VACUUM");
  run("SELECT 1/0");
  EXPECT_EQ(states, (std::vector{TransactionState::in_transaction, TransactionState::in_transaction,
                                 TransactionState::idle}));
}

TEST_F(Execute, RollsBackWhatAHookInterrupts) {
  hooks_.before_commit = [] { throw Error{ExitCode::environment, "stop here"}; };
  EXPECT_THROW(run("CREATE TABLE a (n int)"), Error);
  EXPECT_EQ(session_.state(), TransactionState::idle);
  EXPECT_EQ(exists("a"), "f");
}

TEST_F(Execute, HandsNoticesOver) {
  std::vector<std::string> notices;
  hooks_.on_notice = [&](const Statement&, const Notice& notice) {
    notices.push_back(notice.severity + " " + notice.message);
  };
  run("DO $$ BEGIN RAISE WARNING 'look out'; END $$");
  EXPECT_EQ(notices, (std::vector<std::string>{"WARNING look out"}));
}

TEST_F(Execute, SendsNothingOfATextThatCannotBeCut) {
  const Execution done = run("CREATE TABLE a (n int);\n\\i other.sql\n\\set x 1\n");
  EXPECT_EQ(rules(done), (Rules{"psql-command"}));
  EXPECT_EQ(done.findings[0].place.str(), "migrations/1_a.sql:2:1");
  EXPECT_NE(done.findings[0].detail.find("and 1 place further on"), std::string::npos);
  EXPECT_EQ(exists("a"), "f");
  EXPECT_EQ(run("SELECT 1;\nSELECT '\xE9';").findings.at(0).text(),
            "error: migrations/1_a.sql:2:9: byte 0xE9 is not valid UTF-8 [not-utf-8]\n"
            "  2 | SELECT '\xEF\xBF\xBD';\n"
            "    |         ^\n"
            "  hint: Save the file as UTF-8.\n");
}

TEST_F(Execute, LeavesAFileWithoutStatementsToTheHistory) {
  const Execution done = run("-- nothing yet\n");
  EXPECT_EQ(rules(done), Rules{});
  EXPECT_FALSE(done.failed());
}

}  // namespace runner
