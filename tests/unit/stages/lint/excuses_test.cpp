#include "tests/unit/stages/lint/lint_call.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Places = std::vector<std::string>;

static LintCall call(std::string sql) {
  return {.before = "CREATE TABLE invoices (id int, note text);", .sql = std::move(sql)};
}

TEST(Excuses, TakeAFindingAway) {
  EXPECT_EQ(call("CREATE INDEX i ON invoices (id);").places(), Places{"1:1 index-not-concurrent"});
  EXPECT_EQ(
      call("-- runner:allow index-not-concurrent -- ten rows\nCREATE INDEX i ON invoices (id);").places(),
      Places{});
}

TEST(Excuses, MayStandAmongOtherCommentsAndExcuses) {
  EXPECT_EQ(call("-- Why: see below\n"
                 "-- runner:allow index-not-concurrent -- ten rows\n"
                 "-- runner:allow many-tables-locked -- ten rows\n\n/* as it is */\n"
                 "CREATE INDEX i ON invoices (id);")
                .places(),
            Places{"3:1 unused-excuse"});
}

TEST(Excuses, ReachOneStatementOnly) {
  EXPECT_EQ(call("-- runner:allow index-not-concurrent -- ten rows\n"
                 "CREATE INDEX i ON invoices (id);\nCREATE INDEX j ON invoices (id);")
                .places(),
            Places{"3:1 index-not-concurrent"});
}

TEST(Excuses, AreNotTakenFromTheEndOfAStatementsLine) {
  EXPECT_EQ(
      call("SELECT 1; -- runner:allow index-not-concurrent -- ten rows\nCREATE INDEX i ON invoices (id);")
          .places(),
      Places{"2:1 index-not-concurrent"});
}

TEST(Excuses, WithoutAReasonExcuseNothing) {
  const Findings findings =
      call("-- runner:allow index-not-concurrent\nCREATE INDEX i ON invoices (id);").run();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].rule, "bad-excuse");
  EXPECT_EQ(findings[0].message, "the excuse for index-not-concurrent gives no reason");
  EXPECT_EQ(findings[0].place.str(), "migrations/1_a.sql:1:17");
  EXPECT_EQ(findings[1].rule, "index-not-concurrent");
}

TEST(Excuses, OfAnUnknownRuleNameTheNearest) {
  const Findings findings = call("-- runner:allow index-not-concurent -- ten rows\nSELECT 1;").run();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_EQ(findings[0].message,
            "no rule is called 'index-not-concurent': did you mean 'index-not-concurrent'?");
}

TEST(Excuses, OfARuleThatIsOffAreNotCalledUnused) {
  LintCall lenient =
      call("-- runner:allow index-not-concurrent -- ten rows\nCREATE INDEX i ON invoices (id);");
  lenient.severities.erase("index-not-concurrent");
  EXPECT_EQ(lenient.places(), Places{});
}

TEST(Excuses, WithoutAStatementBelowAreUnused) {
  EXPECT_EQ(call("SELECT 1;\n-- runner:allow index-not-concurrent -- ten rows\n").places(),
            Places{"2:1 unused-excuse"});
}

TEST(Excuses, StandAboveADoBlockOrWithinIt) {
  EXPECT_EQ(call("-- runner:allow index-not-concurrent -- ten rows\n"
                 "DO $$ BEGIN\n  CREATE INDEX i ON invoices (id);\nEND $$;")
                .places(),
            Places{});
  EXPECT_EQ(call("DO $$ BEGIN\n  -- runner:allow index-not-concurrent -- ten rows\n"
                 "  CREATE INDEX i ON invoices (id);\nEND $$;")
                .places(),
            Places{});
}

TEST(Excuses, ReachAFileLevelFindingByItsStatement) {
  LintCall many{
      .before = "CREATE TABLE a (n int); CREATE TABLE b (n int);",
      .sql =
          "ALTER TABLE a ADD m int;\n-- runner:allow many-tables-locked -- both are empty\n"
          "-- runner:allow work-under-access-exclusive -- both are empty\nALTER TABLE b ADD m int;"};
  EXPECT_EQ(many.places(), (Places{"1:15 work-under-access-exclusive", "3:1 unused-excuse"}));
}

TEST(Excuses, InARollbackNameTheRuleOrRollbackUnsafe) {
  LintCall back{.before = "CREATE TABLE a (n int); CREATE INDEX i ON a (n);", .sql = "SELECT 1;"};
  back.rollback = "DROP INDEX IF EXISTS i;";
  EXPECT_EQ(back.places(), Places{"1:22 rollback-unsafe"});
  for (const char* rule : {"rollback-unsafe", "drop-index-not-concurrent"}) {
    back.rollback = std::string("-- runner:allow ") + rule + " -- ten rows\nDROP INDEX IF EXISTS i;";
    EXPECT_EQ(back.places(), Places{}) << rule;
  }
}

}  // namespace runner
