#include "runner/migration/rollback_guard.hpp"
#include "tests/database/stages/rollback_call.hpp"

#include <chrono>
#include <string>

namespace runner {

static bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(RollbackTest, RestoresTheSchemaAndTakesTheRowOut) {
  const Outcome outcome = run_it("2");
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.text();
  EXPECT_EQ(outcome.summary, "2_bills rolled back");
  EXPECT_EQ(state(), "1: clients");
  EXPECT_EQ(ask("SELECT action || version || name || proof || outcome FROM supabase_migrations.runner_log"),
            "rollback2billsprovendone");
}

TEST_F(RollbackTest, GoesOnWithWhatIsNotTheNewestWhereThatIsAllowed) {
  call_.applied("3", "alone", "CREATE TABLE alone (id int);");
  allow("not-newest");
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
  EXPECT_EQ(state(), "1,3: alone,clients");
}

TEST_F(RollbackTest, RefusesARollbackThatLeavesSomethingBehind) {
  call_.rollback_file("DROP TABLE bills;");
  const Outcome outcome = run_it("2");
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].message, "index public.clients_mail_idx: left over");
  EXPECT_EQ(outcome.findings[0].place.path, "rollbacks/2_bills.rollback.sql");
  EXPECT_EQ(outcome.summary, "refuted on a shadow: 1 finding; the target is untouched");
  EXPECT_EQ(state(), "1,2: bills,clients");
}

TEST_F(RollbackTest, RefusesARollbackThatFailsOnTheShadow) {
  call_.rollback_file("DROP TABLE bills;\nDROP TABLE nope;\n");
  const Outcome outcome = run_it("2");
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "rollbacks/2_bills.rollback.sql:2:12");
  EXPECT_EQ(state(), "1,2: bills,clients");
}

TEST_F(RollbackTest, LeavesEverythingAsItWasWhenTheTargetRefuses) {
  on_target("CREATE VIEW by_hand AS SELECT * FROM bills");
  const Outcome outcome = run_it("2");
  EXPECT_TRUE(outcome.failed());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "rollbacks/2_bills.rollback.sql:2:1");
  EXPECT_EQ(outcome.summary, "2_bills was refused: history and schema are as they were before it");
  EXPECT_EQ(state(), "1,2: bills,clients");
  EXPECT_EQ(ask("SELECT count(*) FROM pg_class WHERE relname = 'clients_mail_idx'"), "1");
  EXPECT_EQ(ask("SELECT count(*) FROM supabase_migrations.runner_log"), "0");
}

TEST_F(RollbackTest, TakesSeveralBackTogetherOrNotAtAll) {
  on_target("CREATE VIEW by_hand AS SELECT * FROM clients");
  call_.options.set("steps", std::int64_t{2});
  const Outcome outcome = run_it("");
  EXPECT_TRUE(outcome.failed());
  EXPECT_EQ(
      outcome.summary,
      "1_clients was refused: history and schema are as they were, none of 2 migrations is rolled back");
  ASSERT_EQ(outcome.cases.size(), 2U);
  EXPECT_EQ(outcome.cases[0].status, CaseStatus::skipped);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::failed);
  EXPECT_EQ(state(), "1,2: bills,clients");
  EXPECT_EQ(ask("SELECT count(*) FROM supabase_migrations.runner_log"), "0");
  on_target("DROP VIEW by_hand");
  EXPECT_EQ(run_it("").summary, "2 migrations rolled back, in one transaction");
  EXPECT_EQ(state(), ": ");
  EXPECT_EQ(ask("SELECT string_agg(version, ',' ORDER BY id) || count(DISTINCT xmin::text) FROM "
                "supabase_migrations.runner_log"),
            "2,11");
}

TEST_F(RollbackTest, GivesEachOfSeveralItsOwnSettings) {
  call_.applied("3", "path", "CREATE TABLE last (id int);");
  call_.rollback_file("SET search_path = 'nowhere'; DROP TABLE public.last;");
  call_.options.set("steps", std::int64_t{2});
  const Outcome outcome = run_it("");
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.text();
  EXPECT_EQ(state(), "1: clients");
}

TEST_F(RollbackTest, SaysHowManyRowsWouldBeLost) {
  on_target("INSERT INTO bills SELECT generate_series(1, 12)");
  const Error error = refusal("2");
  EXPECT_EQ(error.code(), ExitCode::refused);
  EXPECT_EQ(error.message(), "rolling 2_bills back would lose data");
  EXPECT_EQ(error.reason(), "it drops table bills: 12 rows");
  EXPECT_TRUE(holds(error.advice(), "RUNNER_ALLOW=data-loss"));
  allow("data-loss");
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
  EXPECT_EQ(state(), "1: clients");
}

TEST_F(RollbackTest, CountsValuesRowsOfAConditionAndWholeSchemas) {
  call_.applied(
      "3", "much",
      "ALTER TABLE clients ADD phone text, ADD empty text; CREATE SCHEMA app; CREATE TABLE app.t (n int); "
      "SELECT 1");
  call_.rollback_file(
      "DELETE FROM clients AS c WHERE c.id > 2;\n"
      "UPDATE clients SET mail = lower(mail) WHERE mail LIKE 'A%';\n"
      "ALTER TABLE clients DROP COLUMN phone, DROP COLUMN empty;\n"
      "SET LOCAL search_path = app; DELETE FROM t; SET LOCAL search_path = public;\n"
      "DROP SCHEMA app CASCADE;\n");
  on_target(
      "INSERT INTO clients VALUES (1, 'A', '1', NULL), (2, 'b', NULL, NULL), (3, 'c', '3', NULL); INSERT "
      "INTO app.t "
      "VALUES (1)");
  const Error error = refusal("3");
  EXPECT_EQ(error.reason(),
            "it deletes rows of clients: 1 row\n"
            "overwrites rows of clients: 1 row\n"
            "drops column clients.phone: 2 rows\n"
            "deletes rows of t: 1 row\n"
            "drops table app.t: 1 row");
}

TEST_F(RollbackTest, DoesNotTakeWhatItCannotCountForEmpty) {
  on_target("REVOKE SELECT ON bills FROM CURRENT_USER");
  const Error error = refusal("2");
  EXPECT_EQ(error.code(), ExitCode::refused);
  EXPECT_EQ(error.reason(), "it drops table bills: the rows could not be counted");
}

TEST_F(RollbackTest, TakesTheSavedTextWhereTheFileDiffers) {
  on_target(
      "UPDATE supabase_migrations.schema_migrations SET rollback = ARRAY['DROP INDEX clients_mail_idx', "
      "'DROP TABLE bills'] WHERE version = '2'");
  call_.rollback_file("DROP TABLE bills; -- and forget the index\n");
  const Outcome outcome = run_it("2");
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.text();
  EXPECT_EQ(state(), "1: clients");
  ASSERT_EQ(call_.reporter.warnings.size(), 1U);
  EXPECT_TRUE(holds(call_.reporter.warnings[0], "the saved one is used")) << call_.reporter.warnings[0];
}

TEST_F(RollbackTest, TakesTheFileWhenAskedTo) {
  on_target(
      "UPDATE supabase_migrations.schema_migrations SET rollback = ARRAY['SELECT broken'] WHERE version = "
      "'2'");
  call_.options.set("source", std::string("file"));
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
  EXPECT_EQ(state(), "1: clients");
}

TEST_F(RollbackTest, WorksWhenTheCheckoutHasNeitherFile) {
  on_target(
      "UPDATE supabase_migrations.schema_migrations SET rollback = ARRAY['DROP INDEX clients_mail_idx', "
      "'DROP TABLE bills'] WHERE version = '2'");
  std::filesystem::remove_all(call_.folder / "rollbacks");
  call_.lose_file();
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
  EXPECT_EQ(state(), "1: clients");
  EXPECT_EQ(ask("SELECT proof FROM supabase_migrations.runner_log"), "proven");
}

TEST_F(RollbackTest, FailsWithoutAnyRollback) {
  std::filesystem::remove_all(call_.folder / "rollbacks");
  call_.plan.applied_files.back().rollback.reset();
  const Error error = refusal("2");
  EXPECT_EQ(error.code(), ExitCode::failed);
  EXPECT_EQ(error.message(), "there is no rollback for 2_bills");
}

TEST_F(RollbackTest, WantsAProofOrAWordWithoutAShadow) {
  write_file(call_.folder / "baseline.sql", "SELECT nonsense;");
  call_.shadow.baseline = call_.folder / "baseline.sql";
  const Error error = refusal("2");
  EXPECT_EQ(error.code(), ExitCode::refused);
  EXPECT_TRUE(holds(error.advice(), "RUNNER_ALLOW=unproven"));
  allow("unproven");
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
  EXPECT_EQ(ask("SELECT proof FROM supabase_migrations.runner_log"), "unproven");
}

TEST_F(RollbackTest, GoesOnWithoutAShadowWhenTheTextWasProvenAtItsCheck) {
  write_file(call_.folder / "baseline.sql", "SELECT nonsense;");
  call_.shadow.baseline = call_.folder / "baseline.sql";
  on_target(
      "UPDATE supabase_migrations.schema_migrations SET rollback = ARRAY['DROP INDEX clients_mail_idx', "
      "'DROP TABLE bills'] WHERE version = '2'");
  logged_as_applied("2", "run-a", "proven");
  EXPECT_EQ(run_it("2").summary, "2_bills rolled back");
}

TEST_F(RollbackTest, IsBusyWhileOthersHoldTheLocks) {
  Session other = database_.session();
  RollbackGuard guard{other};
  other.query("BEGIN", "begin");
  other.query("SELECT * FROM clients", "read");
  call_.options.set("retry_for", std::chrono::milliseconds(0));
  const Error error = refusal("2");
  EXPECT_EQ(error.code(), ExitCode::busy) << error.text();
}

TEST_F(RollbackTest, GoesOnWhereItStoppedOutsideATransaction) {
  call_.rollback_file("DROP INDEX CONCURRENTLY clients_mail_idx;\nDROP TABLE bills;\n");
  on_target("CREATE VIEW by_hand AS SELECT * FROM bills");
  EXPECT_TRUE(run_it("2").failed());
  EXPECT_EQ(state(), "1,2: bills,clients");
  EXPECT_EQ(ask("SELECT count(*) FROM supabase_migrations.runner_progress"), "1");
  on_target("DROP VIEW by_hand");
  const Outcome outcome = run_it("2");
  for (const Finding& finding : outcome.findings)
    EXPECT_NE(finding.severity, Severity::error) << finding.text();
  EXPECT_EQ(state(), "1: clients");
  EXPECT_EQ(ask("SELECT count(*) FROM supabase_migrations.runner_progress"), "0");
}

}  // namespace runner
