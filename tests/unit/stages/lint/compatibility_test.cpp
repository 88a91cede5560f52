// What breaks the code that is still running: what the rules leave alone, and how severe they are, beyond the
// examples that the rules bring.
#include "tests/unit/stages/lint/lint_call.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static constexpr std::string_view before = R"(
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE invoices (
  id bigint PRIMARY KEY, no text, state state NOT NULL DEFAULT 'open',
  kind text CONSTRAINT invoices_kind CHECK (kind IN ('a', 'b')), note text DEFAULT '');
CREATE VIEW open_invoices AS SELECT id, no FROM invoices;
CREATE FUNCTION total(client bigint, year int DEFAULT 2026) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION list_rows(client bigint) RETURNS TABLE (id bigint, no text) LANGUAGE sql AS 'SELECT 1, NULL';
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON invoices FOR SELECT USING (true);
CREATE POLICY own ON invoices FOR DELETE TO authenticated USING (no = '1');
CREATE TABLE plain (id bigint PRIMARY KEY, a text);
)";

/// "error message" of each finding of one rule.
static std::vector<std::string> told(std::string_view rule, std::string sql, std::string rollback = {},
                                     bool knows_catalogue = true) {
  LintCall call{.before = std::string(before), .sql = std::move(sql), .rollback = std::move(rollback)};
  call.knows_catalogue = knows_catalogue;
  std::vector<std::string> texts;
  for (const Finding& finding : call.run())
    if (finding.rule == rule)
      texts.push_back(fmt::format("{}: {}", to_string(finding.severity), finding.message));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Compatibility, AColumnWhoseNameComesBackIsNotMissed) {
  EXPECT_EQ(told("rename-column",
                 "ALTER TABLE invoices ADD new_no text;\n"
                 "ALTER TABLE invoices RENAME no TO old_no;\n"
                 "ALTER TABLE invoices RENAME new_no TO no;"),
            Texts{});
  EXPECT_EQ(told("rename-column", "ALTER TABLE public.invoices RENAME no TO number;"),
            Texts{"error: code that still uses public.invoices.no fails from the moment this commits"});
}

TEST(Compatibility, AColumnThatTheFileAddsItselfMayBeRenamed) {
  EXPECT_EQ(told("rename-column",
                 "ALTER TABLE invoices ADD due date;\n"
                 "ALTER TABLE invoices RENAME due TO due_on;"),
            Texts{});
}

TEST(Compatibility, AColumnThatWasThereBeforeADDIfNotExistsIsStillInUse) {
  EXPECT_EQ(told("rename-column",
                 "ALTER TABLE invoices ADD COLUMN IF NOT EXISTS no text;\n"
                 "ALTER TABLE invoices RENAME no TO number;")
                .size(),
            1U);
}

TEST(Compatibility, ARollbackMayTakeBackARename) {
  const std::string up = "ALTER TABLE invoices RENAME no TO number;";
  EXPECT_EQ(told("rollback-unsafe", up, "ALTER TABLE invoices RENAME number TO id_text;\n").size(), 0U);
  EXPECT_EQ(told("rollback-unsafe", "ALTER TABLE plain ADD b text;", "ALTER TABLE invoices RENAME no TO x;"),
            Texts{"warning: rename-column: code that still uses invoices.no fails from the moment this "
                  "commits"});
}

TEST(Compatibility, AViewUnderTheOldNameCountsOnlyInTheSameTransaction) {
  const std::string swap =
      "ALTER TABLE plain RENAME TO simple;\nCREATE VIEW plain AS SELECT id, a FROM simple;\n";
  EXPECT_EQ(told("rename-table", swap), Texts{});
  EXPECT_EQ(told("rename-table", swap + "CREATE INDEX CONCURRENTLY i ON simple (a);").size(), 1U);
  EXPECT_EQ(told("rename-table", "ALTER TABLE plain SET SCHEMA elsewhere;").size(), 1U);
}

TEST(Compatibility, AColumnIsRequiredByWhatTheWholeFileLeaves) {
  const auto required = [](const std::string& sql) { return told("required-column", sql); };
  EXPECT_EQ(required("ALTER TABLE plain ADD b int NOT NULL DEFAULT 0;\n"
                     "ALTER TABLE plain ALTER b DROP DEFAULT;"),
            Texts{"error: code that still inserts into plain without b fails from the moment this commits"});
  EXPECT_EQ(required("ALTER TABLE plain ADD b int;\nUPDATE plain SET b = 1;\n"
                     "ALTER TABLE plain ALTER b SET NOT NULL;"),
            Texts{"error: code that still inserts into plain without b fails from the moment this commits"});
  EXPECT_EQ(required("ALTER TABLE plain ADD b int;\nALTER TABLE plain ALTER b SET NOT NULL, "
                     "ALTER b SET DEFAULT 1;"),
            Texts{});
  EXPECT_EQ(required("ALTER TABLE plain ADD b bigint GENERATED ALWAYS AS IDENTITY;"), Texts{});
  EXPECT_EQ(required("ALTER TABLE plain ADD COLUMN IF NOT EXISTS a text NOT NULL;"), Texts{});
  EXPECT_EQ(required("CREATE TABLE fresh (id int);\nALTER TABLE fresh ADD b int NOT NULL;"), Texts{});
}

TEST(Compatibility, UniqueFailsOnlyWhereRowsCanBeAlike) {
  const auto unique = [](const std::string& sql) { return told("new-unique-may-fail", sql); };
  EXPECT_EQ(unique("ALTER TABLE plain ADD CONSTRAINT k UNIQUE (a);"),
            Texts{"error: this fails where two rows of plain are alike in a, and code that still writes such "
                  "rows fails after it"});
  EXPECT_EQ(unique("ALTER TABLE plain ADD CONSTRAINT k UNIQUE (id, a);"), Texts{});
  EXPECT_EQ(unique("ALTER TABLE plain DROP CONSTRAINT plain_pkey;\n"
                   "ALTER TABLE plain ADD PRIMARY KEY (id, a);"),
            Texts{});
  EXPECT_EQ(unique("ALTER TABLE plain ADD b text;\nCREATE UNIQUE INDEX ON plain (b);"), Texts{});
  EXPECT_EQ(
      unique("DELETE FROM plain WHERE a IS NULL;\nCREATE UNIQUE INDEX ON plain (lower(a));"),
      Texts{"warning: code that still writes rows of plain alike in an expression fails from the moment "
            "this commits"});
}

TEST(Compatibility, NotNullFailsWhereNobodyFillsTheColumn) {
  const auto not_null = [](const std::string& sql) { return told("set-not-null-may-fail", sql); };
  EXPECT_EQ(not_null("UPDATE invoices SET no = '' WHERE no IS NULL;\n"
                     "ALTER TABLE invoices ALTER no SET NOT NULL;"),
            Texts{"warning: code that still writes rows of invoices without no fails from the moment this "
                  "commits"});
  EXPECT_EQ(not_null("UPDATE invoices SET note = '' WHERE note IS NULL;\n"
                     "ALTER TABLE invoices ALTER note SET NOT NULL;"),
            Texts{});
  EXPECT_EQ(not_null("ALTER TABLE invoices ALTER id SET NOT NULL;"), Texts{});
  EXPECT_EQ(not_null("ALTER TABLE invoices ALTER note SET NOT NULL;").size(), 1U);
}

TEST(Compatibility, ADefaultMayGoWhereAnotherComes) {
  EXPECT_EQ(told("drop-default",
                 "ALTER TABLE invoices ALTER state DROP DEFAULT, ALTER state TYPE text, "
                 "ALTER state SET DEFAULT 'open';"),
            Texts{});
  EXPECT_EQ(told("drop-default", "ALTER TABLE invoices ALTER note DROP DEFAULT;"),
            Texts{"warning: code that still inserts into invoices without note writes null from the moment "
                  "this commits"});
  EXPECT_EQ(told("drop-default", "ALTER TABLE invoices ALTER no DROP DEFAULT;"), Texts{});
  EXPECT_EQ(told("rollback-unsafe", "ALTER TABLE plain ALTER a SET DEFAULT 'x';",
                 "ALTER TABLE plain ALTER a DROP DEFAULT;"),
            Texts{});
}

TEST(Compatibility, AnEnumMayGrowAtItsEnd) {
  EXPECT_EQ(told("enum-append-order", "ALTER TYPE state ADD VALUE 'lost' AFTER 'paid';"), Texts{});
  EXPECT_EQ(
      told("enum-append-order", "ALTER TYPE state ADD VALUE 'sent' AFTER 'open';"),
      Texts{"warning: 'sent' counts as next after 'open' in every ORDER BY, <, > and max() over state of "
            "code that is running"});
}

TEST(Compatibility, AnEnumThatLosesMembersBreaksWriters) {
  const Texts lost{
      "error: code that still writes 'paid' into invoices.state fails from the moment this commits"};
  EXPECT_EQ(told("enum-append-order",
                 "CREATE TYPE state_new AS ENUM ('open', 'sent');\n"
                 "ALTER TABLE invoices ALTER state TYPE state_new USING "
                 "state::text::state_new;"),
            lost);
  EXPECT_EQ(told("enum-append-order",
                 "ALTER TYPE state RENAME TO state_old;\n"
                 "CREATE TYPE state AS ENUM ('open', 'sent');\n"
                 "ALTER TABLE invoices ALTER state TYPE state USING state::text::state;"),
            lost);
}

TEST(Compatibility, AViewMadeAnewKeepsItsReadersWhereItKeepsItsColumns) {
  EXPECT_EQ(told("view-columns-changed",
                 "DROP VIEW open_invoices;\nCREATE VIEW open_invoices AS SELECT no, "
                 "id, kind FROM invoices;"),
            Texts{});
  EXPECT_EQ(told("view-columns-changed",
                 "DROP VIEW open_invoices;\nCREATE VIEW open_invoices AS SELECT * "
                 "FROM invoices;"),
            Texts{});
  EXPECT_EQ(told("view-columns-changed", "DROP VIEW IF EXISTS open_invoices;"),
            Texts{"error: code that still reads open_invoices fails from the moment this commits"});
  EXPECT_EQ(told("view-columns-changed", "DROP VIEW IF EXISTS never_was;"), Texts{});
  EXPECT_EQ(told("rollback-unsafe", "CREATE VIEW fresh AS SELECT a FROM plain;", "DROP VIEW fresh;"),
            Texts{});
}

TEST(Compatibility, AFunctionIsJudgedByTheCallsThatWorkedBefore) {
  const auto changed = [](const std::string& sql) { return told("function-signature-changed", sql); };
  const std::string make =
      "CREATE FUNCTION total(client bigint, year int DEFAULT 1, more int DEFAULT 1) "
      "RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';\n";
  EXPECT_EQ(changed("DROP FUNCTION total(bigint, int);\n" + make), Texts{});
  EXPECT_EQ(
      changed("DROP FUNCTION total;"),
      Texts{"error: code that still calls public.total(int8, int4) fails from the moment this commits"});
  EXPECT_EQ(changed("DROP FUNCTION total(text);"), Texts{});
  EXPECT_EQ(changed("DROP FUNCTION stamp();"), Texts{});
  EXPECT_EQ(changed("DROP FUNCTION total;\nCREATE FUNCTION total(client bigint, year int) RETURNS numeric "
                    "LANGUAGE sql AS 'SELECT 0.0';"),
            Texts{"error: code that still calls public.total(int8, int4) fails from the moment this commits: "
                  "it is public.total(int8, int4) now, without defaults"});
  EXPECT_EQ(changed("DROP FUNCTION total;\nCREATE FUNCTION total(customer bigint, year int DEFAULT 1) "
                    "RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';"),
            Texts{"error: code that still calls public.total with client by name fails from the moment this "
                  "commits"});
  EXPECT_EQ(changed("DROP FUNCTION list_rows;\nCREATE FUNCTION list_rows(client bigint) RETURNS TABLE (id "
                    "bigint) LANGUAGE sql AS 'SELECT 1';"),
            Texts{"error: code that still reads no of public.list_rows(int8) fails from the moment this "
                  "commits"});
  EXPECT_EQ(changed(make),
            Texts{"error: code that still calls total with one argument fails from the moment this commits: "
                  "public.total(int8, int4) and public.total(int8, int4, int4) both fit"});
  EXPECT_EQ(changed("CREATE FUNCTION total(client text) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';"),
            Texts{});
  EXPECT_EQ(changed("ALTER FUNCTION total(bigint, int) RENAME TO sum_of;").size(), 1U);
}

TEST(Compatibility, ARollbackMayDropTheFunctionThatTheMigrationMade) {
  EXPECT_EQ(told("rollback-unsafe", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
                 "DROP FUNCTION IF EXISTS f();"),
            Texts{});
}

TEST(Compatibility, ARightThatIsGrantedAgainIsNotMissed) {
  const auto narrowed = [](const std::string& sql) { return told("revoke-or-policy-narrowed", sql); };
  EXPECT_EQ(narrowed("REVOKE ALL ON plain FROM clerk;\nGRANT SELECT ON plain TO clerk;"), Texts{});
  EXPECT_EQ(narrowed("REVOKE INSERT, DELETE ON plain FROM anon;"),
            Texts{"warning: code that still needs INSERT and DELETE on plain as anon fails from the moment "
                  "this commits"});
  EXPECT_EQ(narrowed("REVOKE ALL ON plain FROM clerk, anon;"),
            Texts{"error: code that still needs any right on plain as clerk and anon fails from the moment "
                  "this commits"});
  EXPECT_EQ(narrowed("REVOKE INSERT ON plain FROM clerk;\nREVOKE UPDATE ON plain FROM boss;\n"
                     "REVOKE REFERENCES ON plain FROM boss;"),
            Texts{"error: code that still needs INSERT and UPDATE on plain as clerk and boss fails from the "
                  "moment this commits"});
  EXPECT_EQ(narrowed("REVOKE SELECT ON plain FROM clerk;\nDROP TABLE plain;"), Texts{});
  EXPECT_EQ(narrowed("CREATE TABLE fresh (id int);\nREVOKE ALL ON fresh FROM anon;"), Texts{});
}

TEST(Compatibility, APolicyIsMissedWhereNoOtherAllowsTheSame) {
  const auto narrowed = [](const std::string& sql) { return told("revoke-or-policy-narrowed", sql); };
  EXPECT_EQ(narrowed("DROP POLICY own ON invoices;"),
            Texts{"error: code that still does DELETE as authenticated on invoices meets no row from the "
                  "moment this commits: no other policy allows it"});
  EXPECT_EQ(
      narrowed("DROP POLICY own ON invoices;\nCREATE POLICY own2 ON invoices FOR ALL USING (no = '2');"),
      Texts{});
  EXPECT_EQ(narrowed("DROP POLICY everyone ON invoices;\nCREATE POLICY less ON invoices FOR SELECT USING (no "
                     "= '2');"),
            Texts{"warning: SELECT as public on invoices met every row, and meets fewer from the moment this "
                  "commits"});
  EXPECT_EQ(narrowed("ALTER TABLE plain ENABLE ROW LEVEL SECURITY;").size(), 1U);
  EXPECT_EQ(narrowed("ALTER TABLE plain ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON plain USING (a = "
                     "'1');"),
            Texts{});
  EXPECT_EQ(narrowed("CREATE POLICY r ON invoices AS RESTRICTIVE USING (no = '1');").size(), 1U);
}

TEST(Compatibility, ACheckMayTakeMoreValuesThanBefore) {
  const auto tightened = [](const std::string& check) {
    return told("tighten-check",
                "ALTER TABLE invoices DROP CONSTRAINT invoices_kind, ADD CONSTRAINT "
                "invoices_kind CHECK (" +
                    check + ") NOT VALID;");
  };
  EXPECT_EQ(tightened("kind IN ('a', 'b', 'c')"), Texts{});
  EXPECT_EQ(tightened("kind IS NULL OR kind = ANY (ARRAY['b', 'a'])"), Texts{});
  EXPECT_EQ(tightened("kind = 'b'"),
            Texts{"error: code that still writes 'a' into invoices.kind fails from the moment this commits"});
  EXPECT_EQ(tightened("length(kind) < 9"),
            Texts{"warning: code that still writes rows of invoices against the check invoices_kind fails "
                  "from the moment this commits"});
}

TEST(Compatibility, ACheckOfNewColumnsTightensNothing) {
  EXPECT_EQ(told("tighten-check",
                 "ALTER TABLE plain ADD b int CHECK (b > 0);\n"
                 "ALTER TABLE plain ADD CONSTRAINT c CHECK (b < 9) NOT VALID;"),
            Texts{});
  EXPECT_EQ(told("tighten-check", "ALTER TABLE plain ADD CONSTRAINT c CHECK (id IS NOT NULL) NOT VALID;"),
            Texts{});
  EXPECT_EQ(told("tighten-check", "ALTER TABLE plain ADD CONSTRAINT c CHECK (a <> '') NOT VALID;").size(),
            1U);
}

TEST(Compatibility, WithoutACatalogueAListThatIsMadeAnewIsTakenToGrow) {
  EXPECT_EQ(told("tighten-check",
                 "ALTER TABLE t DROP CONSTRAINT c;\nALTER TABLE t ADD CONSTRAINT c CHECK (a "
                 "IN ('x', 'y'));",
                 {}, false),
            Texts{});
}

}  // namespace runner
