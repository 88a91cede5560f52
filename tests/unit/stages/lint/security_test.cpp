// Security on PostgreSQL and Supabase: what the rules leave alone, beyond the examples that they bring.
#include "tests/unit/stages/lint/lint_call.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::vector<std::string> told(std::string_view rule, LintCall call) {
  std::vector<std::string> texts;
  for (const Finding& finding : call.run())
    if (finding.rule == rule)
      texts.push_back(fmt::format("{}: {}", to_string(finding.severity), finding.message));
  return texts;
}

static std::vector<std::string> told(std::string_view rule, std::string sql, std::string before = {}) {
  return told(rule, LintCall{.before = std::move(before), .sql = std::move(sql)});
}

using Texts = std::vector<std::string>;

static const std::string definer =
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';\n";

TEST(Security, ASearchPathMayBeSetByALaterStatement) {
  EXPECT_EQ(told("definer-no-search-path", definer).size(), 1U);
  EXPECT_EQ(told("definer-no-search-path", definer + "ALTER FUNCTION f() SET search_path = '';"), Texts{});
  EXPECT_EQ(told("definer-no-search-path",
                 "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT 1; END;"),
            Texts{});
}

TEST(Security, AlteringAFunctionToSecurityDefinerNeedsASearchPathToo) {
  const std::string alter = "ALTER FUNCTION f() SECURITY DEFINER;";
  EXPECT_EQ(
      told("definer-no-search-path", alter, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';")
          .size(),
      1U);
  EXPECT_EQ(told("definer-no-search-path", alter,
                 "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1';"),
            Texts{});
}

TEST(Security, ATableOutsideOfTheExposedSchemasNeedsNoRowSecurity) {
  EXPECT_EQ(told("rls-missing", "CREATE TABLE private.t (id int);"), Texts{});
  EXPECT_EQ(told("rls-missing", "CREATE TEMPORARY TABLE t (id int);"), Texts{});
  LintCall nothing_exposed{.sql = "CREATE TABLE t (id int);"};
  nothing_exposed.settings.exposed_schemas.clear();
  EXPECT_EQ(told("rls-missing", nothing_exposed), Texts{});
}

TEST(Security, ATableIsOpenUntilTheFileClosesIt) {
  EXPECT_EQ(
      told("rls-missing", "CREATE TABLE t (id int);"),
      Texts{"error: everybody who reaches the API may read and write every row of t: row level security "
            "is off"});
  EXPECT_EQ(told("rls-missing", "CREATE TABLE t AS SELECT 1 AS id;").size(), 1U);
  EXPECT_EQ(told("rls-missing", "CREATE TABLE t (id int);\nDROP TABLE t;"), Texts{});
  EXPECT_EQ(told("rls-missing", "CREATE TABLE t (id int);\nREVOKE ALL ON t FROM anon, authenticated;"),
            Texts{});
  EXPECT_EQ(
      told("rls-missing", "CREATE TABLE t (id int);\nREVOKE INSERT ON t FROM anon, authenticated;").size(),
      1U);
  EXPECT_EQ(told("rls-missing", "CREATE TABLE IF NOT EXISTS t (id int);", "CREATE TABLE t (id int);"),
            Texts{});
  EXPECT_EQ(told("rls-missing",
                 "CREATE TABLE t (id int);\nDO $$ BEGIN EXECUTE format('ALTER TABLE %I ENABLE "
                 "ROW LEVEL SECURITY', 't'); END $$;"),
            Texts{});
}

TEST(Security, RowSecurityMayBeOffWithinOneTransaction) {
  const std::string before = "CREATE TABLE t (id int);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;";
  EXPECT_EQ(told("rls-disabled", "ALTER TABLE t DISABLE ROW LEVEL SECURITY;", before).size(), 1U);
  EXPECT_EQ(told("rls-disabled",
                 "ALTER TABLE t DISABLE ROW LEVEL SECURITY;\nUPDATE t SET id = 1;\nALTER TABLE "
                 "t ENABLE ROW LEVEL SECURITY;",
                 before),
            Texts{});
  EXPECT_EQ(told("rls-disabled", "ALTER TABLE t DISABLE ROW LEVEL SECURITY;", "CREATE TABLE t (id int);"),
            Texts{});
  EXPECT_EQ(told("rls-disabled", LintCall{.before = "CREATE TABLE t (id int);",
                                          .sql = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;",
                                          .rollback = "ALTER TABLE t DISABLE ROW LEVEL SECURITY;"}),
            Texts{});
}

TEST(Security, InARollbackAnOldHoleIsAWarning) {
  EXPECT_EQ(told("definer-no-search-path", LintCall{.sql = "DROP FUNCTION f();", .rollback = definer}),
            Texts{"warning: f runs with its owner's rights and the caller's search_path: the caller decides "
                  "which tables and functions its names mean"});
}

TEST(Security, APolicySaysWhoMayDoWhat) {
  const auto open = [](const std::string& rest) {
    return told("policy-always-true", "CREATE POLICY p ON t " + rest + ";", "CREATE TABLE t (id int);");
  };
  EXPECT_EQ(open("FOR INSERT TO authenticated WITH CHECK (true)"),
            Texts{"warning: authenticated may add any row to t by the policy p: its condition is true"});
  EXPECT_EQ(open("USING (true)"),
            Texts{"warning: everybody may write every row of t by the policy p: its condition is true"});
  EXPECT_EQ(open("FOR UPDATE USING (id = 1) WITH CHECK (true)"),
            Texts{"warning: everybody may turn rows into any others in t by the policy p: its condition is "
                  "true"});
  EXPECT_EQ(open("FOR ALL TO service_role USING (true)"), Texts{});
  EXPECT_EQ(open("AS RESTRICTIVE USING (true)"), Texts{});
}

TEST(Security, AnAlteredPolicyIsJudgedByItsCommand) {
  const std::string before =
      "CREATE TABLE t (id int);\nCREATE POLICY r ON t FOR SELECT USING (id = 1);\nCREATE POLICY d ON t FOR "
      "DELETE USING (id = 1);";
  EXPECT_EQ(told("policy-always-true", "ALTER POLICY r ON t USING (true);", before), Texts{});
  EXPECT_EQ(told("policy-always-true", "ALTER POLICY d ON t USING (true);", before).size(), 1U);
}

TEST(Security, AViewMayGetItsInvokerLater) {
  EXPECT_EQ(
      told("view-definer", "CREATE VIEW v AS SELECT 1 AS a;\nALTER VIEW v SET (security_invoker = on);"),
      Texts{});
  EXPECT_EQ(told("view-definer", "CREATE VIEW private.v AS SELECT 1 AS a;"), Texts{});
  EXPECT_EQ(told("view-definer", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;"), Texts{});
  EXPECT_EQ(told("view-definer", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;",
                 "CREATE VIEW v WITH (security_invoker = on) AS SELECT 1 AS a;")
                .size(),
            1U);
}

TEST(Security, ADefinerFunctionMayBeMeantForEverybody) {
  EXPECT_EQ(
      told("definer-callable-by-anon", definer),
      Texts{"warning: anybody who reaches the API may call f with its owner's rights: PUBLIC has EXECUTE "
            "on every new function"});
  EXPECT_EQ(told("definer-callable-by-anon", definer + "REVOKE ALL ON FUNCTION f() FROM PUBLIC;"),
            Texts{"warning: anybody who reaches the API may call f with its owner's rights: anon has EXECUTE "
                  "on every new function of the schema public"});
  EXPECT_EQ(told("definer-callable-by-anon", definer + "GRANT EXECUTE ON FUNCTION f() TO anon;"), Texts{});
  EXPECT_EQ(
      told("definer-callable-by-anon",
           "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; "
           "END';"),
      Texts{});
  EXPECT_EQ(told("definer-callable-by-anon",
                 "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 2';",
                 definer),
            Texts{});
}

}  // namespace runner
