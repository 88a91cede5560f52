#include "stages/lint/lint.hpp"

#include "stages/lint/schema_query.hpp"
#include "tests/database/stages/step_call.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::vector<std::string> rules_of(const Outcome& outcome) {
  std::vector<std::string> rules;
  for (const Finding& finding : outcome.findings) rules.push_back(finding.subject + " " + finding.rule);
  return rules;
}

using Rules = std::vector<std::string>;

TEST(Lint, TakesEarlierPendingMigrationsForApplied) {
  StepCall call;
  call.pending(
      "1", "a",
      "CREATE TABLE a (n int); DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD m varchar(5)', 'a'); END $$;");
  call.pending("2", "b", "ALTER TABLE a ALTER COLUMN m TYPE varchar(9);");
  call.pending("3", "c", "ALTER TABLE a ALTER COLUMN m TYPE varchar(7);");
  Outcome outcome = call.run(lint);
  std::erase_if(outcome.findings, [](const Finding& f) { return f.rule != "type-change-rewrites"; });
  EXPECT_EQ(rules_of(outcome), Rules{"3_c type-change-rewrites"}) << "what a DO block makes is known, too";
}

TEST(Lint, ReadsTheTargetBeforeTheFirstOne) {
  const TestDatabase database;
  StepCall call;
  call.target.emplace(database.session());
  call.applied("1", "a", "CREATE TABLE a (n int, CONSTRAINT set CHECK (n IS NOT NULL));");
  call.pending("2", "b", "ALTER TABLE a ALTER COLUMN n SET NOT NULL;");
  const Outcome outcome = call.run(lint);
  EXPECT_FALSE(outcome.failed()) << outcome.findings.at(0).text();
  EXPECT_TRUE(call.reporter.said.empty()) << "no shadow is needed for that";
}

TEST(Lint, NeedsNoServerForWhatTheTextSays) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int); CREATE INDEX ON a (n); ALTER TABLE a ADD m int;");
  const Outcome outcome = call.run(lint);
  EXPECT_FALSE(outcome.failed());
  EXPECT_TRUE(call.reporter.said.empty());
  EXPECT_EQ(outcome.summary, "3 statements read, 0 errors");
}

TEST(Lint, GoesOnByTheTextWhereAnEarlierMigrationIsRefused) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n nosuchtype);");
  call.pending("2", "b", "ALTER TABLE a ALTER COLUMN n SET NOT NULL;");
  const Outcome outcome = call.run(lint);
  const Rules rules = rules_of(outcome);
  EXPECT_NE(std::find(rules.begin(), rules.end(), "2_b set-not-null-scans"), rules.end());
  EXPECT_EQ(call.reporter.details.back(),
            "1_a is refused on a shadow: rules go by the text alone from here on");
}

TEST(Lint, ChangesASeverityAndSwitchesARuleOff) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b", "CREATE INDEX i ON a (n);\nUPDATE a SET n = 1;");
  call.options.set("rules", OptionMap{{"index-not-concurrent", "off"}, {"dml-unbatched", "error"}});
  const Outcome outcome = call.run(lint);
  EXPECT_EQ(rules_of(outcome), Rules{"2_b dml-unbatched"});
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.cases.size(), 2U);
  EXPECT_EQ(outcome.cases[0].status, CaseStatus::passed);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::failed);
}

TEST(Lint, JudgesTheRollbackAgainstWhatItsMigrationLeaves) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (n int);");
  call.pending("2", "b", "CREATE INDEX CONCURRENTLY i ON a (n);");
  call.plan.folder.shown_rollbacks = "rollbacks";
  call.plan.pending[1].rollback = (call.folder / "2_b.rollback.sql").string();
  write_file(*call.plan.pending[1].rollback, "SELECT 1;\nDROP INDEX IF EXISTS i;");
  const Outcome outcome = call.run(lint);
  ASSERT_EQ(rules_of(outcome), Rules{"2_b rollback-unsafe"});
  EXPECT_EQ(outcome.findings[0].place.str(), "rollbacks/2_b.rollback.sql:2:22");
  EXPECT_EQ(outcome.findings[0].message,
            "drop-index-not-concurrent: reads and writes of public.a wait while index i is dropped");
}

TEST(Lint, ReadsWhatAParserGapHidesAsNotAnalysed) {
  StepCall call;
  call.pending("1", "a",
               "ALTER TABLE a ALTER COLUMN b SET EXPRESSION AS (1);\nDROP TABLE IF EXISTS c CASCADE;");
  const Outcome outcome = call.run(lint);
  ASSERT_FALSE(outcome.findings.empty());
  EXPECT_EQ(outcome.findings[0].rule, "parser-gap");
  EXPECT_EQ(outcome.findings[0].message.find("not analysed: "), 0U);
}

TEST(ReadSchema, TellsTypesAsAStatementWritesThem) {
  const TestDatabase database;
  Session session = database.session();
  session.query(
      "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (a varchar(7), b numeric(9, 2)[], c "
      "timestamptz(3), "
      "d d, e bpchar(3) COLLATE \"C\", f int GENERATED ALWAYS AS (1) STORED, g int GENERATED ALWAYS AS "
      "IDENTITY, h "
      "interval(3), i numeric, CHECK (a IS NOT NULL AND g > 0))",
      "make a table");
  const Schema schema = read_schema(session);
  const SchemaTable* table = schema.table({"", "t", 0});
  ASSERT_NE(table, nullptr);
  std::vector<std::string> types;
  for (const SchemaColumn& column : table->columns) types.push_back(column.type.str());
  EXPECT_EQ(types, (Rules{"varchar(7)", "numeric(9,2)[]", "timestamptz(3)", "public.d", "bpchar(3)", "int4",
                          "int4", "interval(3)", "numeric"}));
  EXPECT_EQ(table->column("e")->collation, "C");
  EXPECT_TRUE(table->column("f")->is_generated);
  EXPECT_TRUE(table->column("g")->is_identity);
  ASSERT_EQ(table->constraints.size(), 1U);
  EXPECT_EQ(table->constraints[0].not_null, Rules{"a"});
  EXPECT_TRUE(schema.type(QualifiedName{"public", "d", 0})->constrained);
}

}  // namespace runner
