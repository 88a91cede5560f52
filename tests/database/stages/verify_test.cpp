#include "stages/verify/verify.hpp"

#include "runner/core/error.hpp"
#include "stages/verify/made_by_migrations.hpp"
#include "tests/database/stages/step_call.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    call_.target = database_.session();
    call_.shadow.preludes = {"supabase"};
    call_.applied("1", "clients", "CREATE TABLE public.clients (id int PRIMARY KEY, mail text);");
    call_.applied("2", "app",
                  "CREATE SCHEMA app; CREATE TABLE app.bills (id int PRIMARY KEY, client int REFERENCES "
                  "public.clients); CREATE INDEX bills_client_idx ON app.bills (client);");
  }
  std::vector<std::string> messages() {
    std::vector<std::string> texts;
    for (const Finding& finding : call_.run(verify).findings) texts.push_back(finding.message);
    return texts;
  }
  void by_hand(const std::string& sql) { call_.target->query(sql, "change the target by hand"); }

  TestDatabase database_{TestDatabase::Content::supabase};
  StepCall call_;
};

using Texts = std::vector<std::string>;

TEST_F(VerifyTest, FindsNothingWhereTheMigrationsWereApplied) {
  const Outcome outcome = call_.run(verify);
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.text();
  EXPECT_EQ(outcome.summary, "the target holds what 2 applied migrations made");
  EXPECT_EQ(call_.target->state(), TransactionState::idle);
}

/// The prelude's default privileges give its roles rights which a plain server's tables have not.
TEST(VerifyPlainTarget, DoesNotMissAPlatformThatIsNotThere) {
  const TestDatabase database;
  Session admin = database.admin();
  admin.query("ALTER ROLE postgres SUPERUSER", "prepare");  // as everywhere but on managed services
  admin.query("CREATE ROLE plain_app LOGIN", "prepare");
  admin.query("GRANT CREATE ON DATABASE " + database.name() + " TO plain_app", "prepare");
  admin.query("GRANT CREATE ON SCHEMA public TO plain_app", "prepare");
  {
    StepCall call;
    call.target = Session::connect(database.url().with("user", "plain_app"), {}, nullptr);
    call.shadow.preludes = {"supabase"};
    call.applied("1", "clients", "CREATE TABLE public.clients (id int PRIMARY KEY, mail text);");
    const Outcome outcome = call.run(verify);
    for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.text();
    call.target->query("GRANT SELECT ON public.clients TO pg_monitor", "change the target by hand");
    EXPECT_EQ(call.run(verify).findings.size(), 1U);
  }
  admin.query("ALTER ROLE postgres NOSUPERUSER", "clean up");
  admin.query("DROP OWNED BY plain_app", "clean up");
  admin.query("DROP ROLE plain_app", "clean up");
}

TEST_F(VerifyTest, TellsWhatWasChangedByHandWithBothDefinitions) {
  by_hand("ALTER TABLE app.bills ALTER client SET NOT NULL; DROP INDEX app.bills_client_idx");
  by_hand("CREATE TABLE public.hotfix (n int)");
  const Outcome outcome = call_.run(verify);
  ASSERT_EQ(outcome.findings.size(), 3U);
  EXPECT_EQ(outcome.findings[0].message,
            "column app.bills.client differs in the target from what the applied migrations made");
  EXPECT_EQ(outcome.findings[0].detail, "migrations: integer\ntarget:     integer not null\n");
  EXPECT_EQ(outcome.findings[1].message,
            "index app.bills_client_idx is not in the target, though an applied migration made it");
  EXPECT_EQ(outcome.findings[2].message,
            "table public.hotfix is in the target, and no applied migration made it");
  EXPECT_TRUE(outcome.failed());
  EXPECT_EQ(outcome.summary, "the target differs from the applied migrations in 3 places");
}

TEST_F(VerifyTest, OnlyWarnsWhenAskedTo) {
  by_hand("DROP INDEX app.bills_client_idx");
  call_.options.set("severity", std::string("warning"));
  const Outcome outcome = call_.run(verify);
  EXPECT_EQ(outcome.findings.size(), 1U);
  EXPECT_FALSE(outcome.failed());
}

TEST_F(VerifyTest, LeavesAPlatformsOwnSchemasAlone) {
  by_hand("CREATE SCHEMA cron; CREATE TABLE cron.job (n int)");
  Session admin = database_.admin();
  admin.query("CREATE TABLE auth.something_new (n int); COMMENT ON SCHEMA auth IS 'newer than the prelude'",
              "be another version of the platform");
  EXPECT_EQ(messages(), Texts{});
}

TEST_F(VerifyTest, DoesNotCompareWhatIsIgnored) {
  by_hand("CREATE TABLE public.tmp_import (n int); CREATE TABLE public.other (n int); DROP TABLE app.bills");
  call_.options.set("ignore", std::vector<std::string>{"public.tmp_*", "app"});
  EXPECT_EQ(messages(), (Texts{"table public.other is in the target, and no applied migration made it"}));
}

TEST_F(VerifyTest, ComparesOwnersOnlyWhenAskedTo) {
  Session admin = database_.admin();
  admin.query("ALTER TABLE app.bills OWNER TO service_role", "give a table away");
  EXPECT_EQ(messages(), Texts{});
  call_.options.set("owners", true);
  EXPECT_EQ(messages(),
            (Texts{"owner of table app.bills differs in the target from what the applied migrations made"}));
}

TEST_F(VerifyTest, KnowsWhatAMigrationWithoutFileMade) {
  call_.lose_file();
  EXPECT_EQ(messages(), Texts{});
}

TEST_F(VerifyTest, MayLookOnlyAfterTheHistoryChanged) {
  by_hand("DROP INDEX app.bills_client_idx");
  call_.options.set("when", std::string("changed"));
  EXPECT_EQ(messages(), Texts{});
  call_.history_changed = true;
  EXPECT_EQ(messages().size(), 1U);
}

TEST_F(VerifyTest, RunsTheProjectsOwnAssertionsOnTheTarget) {
  by_hand("INSERT INTO public.clients VALUES (1, 'secret@example.org')");
  write_file(call_.folder / "mails.sql", "SELECT 1 WHERE false;\nSELECT mail FROM public.clients;");
  write_file(call_.folder / "empty.sql", "SELECT * FROM app.bills;");
  call_.options.set("assertions", std::vector<std::string>{"empty.sql", "mails.sql"});
  const Outcome outcome = call_.run(verify);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "mails.sql:2:1");
  EXPECT_EQ(outcome.findings[0].message, "the query returned 1 row, and should return none");
  EXPECT_EQ(outcome.findings[0].text().find("secret"), std::string::npos);
  ASSERT_EQ(outcome.cases.size(), 3U);
  EXPECT_EQ(outcome.cases[1].status, CaseStatus::passed);
  EXPECT_EQ(outcome.cases[2].status, CaseStatus::failed);
}

TEST_F(VerifyTest, WantsAnAcknowledgementWhereTheMigrationsCannotBeReplayed) {
  by_hand("CREATE TABLE public.from_before (n int)");
  call_.applied("3", "later", "ALTER TABLE public.from_before ADD m int;");
  EXPECT_THROW(call_.run(verify), Error);
  call_.options.set("allow", std::vector<std::string>{"unproven"});
  const Outcome outcome = call_.run(verify);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].rule, "not-verified");
  EXPECT_FALSE(outcome.failed());
}

TEST_F(VerifyTest, WantsATarget) {
  StepCall call;
  try {
    call.run(verify);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

TEST(VerifyPatterns, FitAsAWhole) {
  EXPECT_TRUE(fits("public.tmp_import", "public.tmp_*"));
  EXPECT_TRUE(fits("public", "public"));
  EXPECT_TRUE(fits("abc", "*b*"));
  EXPECT_FALSE(fits("publicity", "public"));
  EXPECT_FALSE(fits("public", "public.*"));
  EXPECT_TRUE(fits("", "*"));
}

}  // namespace runner
