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
  call.pending("2", "b", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (n);");
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
               "ALTER TABLE a ADD b int GENERATED ALWAYS AS (1) VIRTUAL;\nDROP TABLE IF EXISTS c CASCADE;");
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

TEST(ReadSchema, TellsWhatCallersOfAFunctionSee) {
  const TestDatabase database;
  Session session = database.session();
  session.query(
      "CREATE FUNCTION f(client bigint, tags text[], year int DEFAULT 2026, OUT total numeric, OUT rows int) "
      "LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 0.0, 1'; "
      "REVOKE ALL ON FUNCTION f FROM PUBLIC",
      "make a function");
  const Schema schema = read_schema(session);
  const auto found = schema.overloads({"", "f", 0});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->str(), "public.f(int8, text[], int4)");
  EXPECT_EQ(found[0]->argument_names, (Rules{"client", "tags", "year"}));
  EXPECT_EQ(found[0]->defaults, 1U);
  EXPECT_EQ(found[0]->result_columns, (Rules{"total", "rows"}));
  EXPECT_TRUE(found[0]->security_definer);
  EXPECT_TRUE(found[0]->sets_search_path);
  ASSERT_TRUE(found[0]->grantees);
  EXPECT_EQ(std::count(found[0]->grantees->begin(), found[0]->grantees->end(), "public"), 0);
}

TEST(ReadSchema, TellsPoliciesListsAndMembers) {
  const TestDatabase database;
  Session session = database.session();
  session.query(
      "CREATE TYPE e AS ENUM ('b', 'a'); CREATE TABLE t (a e, b varchar(9) CHECK (b IN ('x', 'y')), c text "
      "CHECK (c IS NULL OR c IN ('z'))); GRANT SELECT ON t TO PUBLIC; "
      "CREATE POLICY p ON t FOR UPDATE USING (a = 'a') WITH CHECK (true); "
      "CREATE POLICY r ON t AS RESTRICTIVE USING (true)",
      "make a table");
  const Schema schema = read_schema(session);
  EXPECT_EQ(schema.type(QualifiedName{"", "e", 0})->members, (Rules{"b", "a"}));
  const SchemaTable* table = schema.table({"", "t", 0});
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(std::count(table->grantees->begin(), table->grantees->end(), "public"), 1);
  EXPECT_EQ(table->constraint("t_b_check")->listed_column, "b");
  EXPECT_EQ(table->constraint("t_b_check")->listed, (Rules{"x", "y"}));
  EXPECT_EQ(table->constraint("t_c_check")->listed, Rules{"z"});
  ASSERT_EQ(table->policies.size(), 2U);
  const SchemaPolicy& update = table->policies[table->policies[0].name == "p" ? 0 : 1];
  EXPECT_EQ(update.command, "update");
  EXPECT_EQ(update.roles, Rules{"public"});
  EXPECT_FALSE(update.shows_all);
  EXPECT_TRUE(update.takes_all);
  const SchemaPolicy& restrictive = table->policies[table->policies[0].name == "p" ? 1 : 0];
  EXPECT_EQ(restrictive.command, "all");
  EXPECT_FALSE(restrictive.permissive);
}

TEST(Lint, ARightThatNobodyHasIsNotMissed) {
  StepCall call;
  call.pending("1", "a", "CREATE TABLE a (b int);\nCREATE TABLE c (b int);\nGRANT SELECT ON c TO PUBLIC;");
  call.pending("2", "b", "REVOKE ALL ON a FROM PUBLIC;\nREVOKE ALL ON c FROM PUBLIC;");
  const Outcome outcome = call.run(lint);
  ASSERT_EQ(rules_of(outcome), Rules{"2_b revoke-or-policy-narrowed"});
  EXPECT_EQ(outcome.findings[0].place.line, 2);
}

}  // namespace runner
