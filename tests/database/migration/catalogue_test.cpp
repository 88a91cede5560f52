#include "runner/migration/catalogue.hpp"

#include "tests/support/test_server.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

static bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

class CatalogueTest : public testing::Test {
 protected:
  /// What the statements change in the catalogue, as it is read aloud.
  Texts changes_of(std::string_view sql) {
    const Catalogue before = snapshot(session_);
    session_.query(sql, "change the catalogue");
    Texts texts;
    for (const CatalogueDifference& difference : compare(before, snapshot(session_)))
      texts.push_back(difference.text());
    return texts;
  }
  std::string shown(std::string_view setting) {
    return session_.query("SHOW " + std::string(setting), "read a setting").rows.at(0).at(0).value();
  }
  std::string definition_of(std::string_view key) {
    for (const CatalogueObject& object : snapshot(session_))
      if (object.key() == key) return object.definition;
    return "(not there)";
  }
  TestDatabase database_;
  Session session_ = database_.admin();
};

TEST_F(CatalogueTest, IsReadInATransactionAndLeavesItsSettingsAlone) {
  session_.query("SET DateStyle = 'German'", "prepare");
  session_.query("BEGIN", "begin");
  session_.query("SET LOCAL search_path = pg_temp; SET TimeZone = 'Asia/Jakarta'", "prepare");
  session_.query("CREATE TABLE public.seen (id int)", "prepare");
  EXPECT_EQ(definition_of("column public.seen.id"), "integer");
  EXPECT_EQ(shown("search_path"), "pg_temp");
  EXPECT_EQ(shown("TimeZone"), "Asia/Jakarta");
  EXPECT_EQ(shown("DateStyle"), "German, DMY");
  session_.query("COMMIT", "commit");
  EXPECT_EQ(shown("TimeZone"), "Asia/Jakarta");
  snapshot(session_);
  EXPECT_EQ(session_.state(), TransactionState::idle);
  EXPECT_EQ(shown("DateStyle"), "German, DMY");
}

TEST_F(CatalogueTest, IsTheSameHoweverTheSessionIsSet) {
  session_.query(
      "CREATE TABLE odd (at timestamptz DEFAULT '2026-03-01 12:00+07', span interval DEFAULT '1 day 2 "
      "hours', "
      "raw bytea DEFAULT '\\x01ff', share float8 DEFAULT 0.1, \"mixed Case\" text)",
      "prepare");
  const Catalogue before = snapshot(session_);
  session_.query(
      "SET search_path = public; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'iso_8601'; "
      "SET TimeZone = 'Asia/Jakarta'; SET bytea_output = 'escape'; SET extra_float_digits = 0; "
      "SET quote_all_identifiers = on",
      "change the session");
  EXPECT_TRUE(compare(before, snapshot(session_)).empty());
}

TEST_F(CatalogueTest, IsReadableForARoleWithoutRights) {
  session_.query("CREATE ROLE nobody_much LOGIN", "prepare");
  session_.query("SET ROLE nobody_much", "prepare");
  EXPECT_FALSE(snapshot(session_).empty());
  session_.query("RESET ROLE; DROP ROLE nobody_much", "clean up");
}

TEST_F(CatalogueTest, TellsATableThatIsLeftOverOnce) {
  EXPECT_EQ(changes_of("CREATE TABLE bills (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                       "amount numeric CHECK (amount > 0)); CREATE INDEX ON bills (amount); "
                       "COMMENT ON COLUMN bills.amount IS 'in rupiah'; GRANT SELECT ON bills TO PUBLIC"),
            (Texts{"table public.bills: left over"}));
}

TEST_F(CatalogueTest, TellsAColumnOfAPartitionedTableOnce) {
  session_.query(
      "CREATE TABLE logged (at date) PARTITION BY RANGE (at); CREATE TABLE logged_1 PARTITION OF logged "
      "DEFAULT; CREATE TABLE logged_2 PARTITION OF logged FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
      "prepare");
  EXPECT_EQ(
      changes_of("ALTER TABLE logged ADD COLUMN words text; CREATE INDEX logged_words_idx ON logged (words)"),
      (Texts{"column public.logged.words: left over", "index public.logged_words_idx: left over"}));
}

TEST_F(CatalogueTest, CallsAnotherColumnOrderWhatItIs) {
  session_.query("CREATE TABLE pairs (a int, b int, c int)", "prepare");
  const Catalogue before = snapshot(session_);
  session_.query("ALTER TABLE pairs DROP COLUMN a; ALTER TABLE pairs ADD COLUMN a int", "change");
  const std::vector<CatalogueDifference> differences = compare(before, snapshot(session_));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].text(), "table public.pairs: order only");
  EXPECT_EQ(differences[0].before, "a, b, c");
  EXPECT_EQ(differences[0].after, "b, c, a");
  const Findings findings = findings_of(differences, "rollback-differs", "20260301_pairs");
  EXPECT_EQ(findings.at(0).severity, Severity::info);
}

TEST_F(CatalogueTest, GivesBothDefinitionsOfAChange) {
  session_.query("CREATE TABLE sums (amount numeric(10,2) NOT NULL)", "prepare");
  const Catalogue before = snapshot(session_);
  session_.query("ALTER TABLE sums ALTER amount TYPE numeric(12,2), ALTER amount DROP NOT NULL", "change");
  const Findings findings =
      findings_of(compare(before, snapshot(session_)), "rollback-differs", "20260301_sums");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message, "column public.sums.amount: changed");
  EXPECT_EQ(findings[0].detail, "before: numeric(10,2) not null\nafter:  numeric(12,2)\n");
  EXPECT_EQ(findings[0].severity, Severity::error);
}

TEST_F(CatalogueTest, ReadsPrivilegesAgainstWhatAnObjectHasByItself) {
  session_.query(
      "CREATE ROLE \"odd=name/\"\" x\"; CREATE TABLE shut (id int); "
      "CREATE FUNCTION run_it() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "prepare");
  EXPECT_EQ(changes_of("GRANT SELECT ON shut TO PUBLIC; REVOKE SELECT ON shut FROM PUBLIC"), Texts());
  EXPECT_EQ(changes_of("REVOKE EXECUTE ON FUNCTION run_it() FROM PUBLIC"),
            (Texts{"revoke from PUBLIC on function public.run_it(): left over"}));
  EXPECT_EQ(changes_of("GRANT INSERT, SELECT ON shut TO \"odd=name/\"\" x\" WITH GRANT OPTION"),
            (Texts{"grant to odd=name/\" x on table public.shut: left over"}));
  EXPECT_EQ(definition_of("grant to odd=name/\" x on table public.shut"),
            "INSERT with grant option, SELECT with grant option");
  session_.query("DROP TABLE shut; DROP ROLE \"odd=name/\"\" x\"", "clean up");
}

TEST_F(CatalogueTest, NeverShowsASecret) {
  session_.query(
      "CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw "
      "OPTIONS (host 'db.internal', dbname 'orders'); "
      "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'app', password 'hunter2')",
      "prepare");
  session_.query("ALTER DATABASE " + database_.name() + " SET app.jwt_secret = 'hunter2'", "prepare");
  session_.query(
      "CREATE SUBSCRIPTION sub CONNECTION 'host=x password=hunter2' PUBLICATION p WITH (connect = false)",
      "prepare");
  for (const CatalogueObject& object : snapshot(session_)) EXPECT_FALSE(holds(object.definition, "hunter2"));
  EXPECT_TRUE(holds(definition_of("user mapping for PUBLIC on far"), "password (hidden, digest "));
  EXPECT_TRUE(holds(definition_of("server far"), "host 'db.internal'"));
  EXPECT_TRUE(holds(definition_of("setting app.jwt_secret in this database"), "(hidden, digest "));
  EXPECT_TRUE(holds(definition_of("subscription sub"), "connection (hidden, digest "));
  EXPECT_EQ(changes_of("ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET password 'hunter3')"),
            (Texts{"user mapping for PUBLIC on far: changed"}));
  session_.query("ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub", "clean up");
}

TEST_F(CatalogueTest, LeavesOutWhatTheScopeLeavesOut) {
  CatalogueScope scope;
  scope.excluded_schemas = {"runner's own"};
  scope.owners = false;
  scope.privileges = false;
  scope.outside_the_database = false;
  session_.query(
      "CREATE SCHEMA \"runner's own\"; CREATE TABLE \"runner's own\".t (a int); CREATE TABLE theirs (a int); "
      "GRANT SELECT ON theirs TO PUBLIC",
      "prepare");
  for (const CatalogueObject& object : snapshot(session_, scope)) {
    EXPECT_FALSE(holds(object.identity, "runner's own"));
    for (const char* kind : {"owner", "grant", "role", "setting"}) EXPECT_NE(object.kind, kind);
  }
}

}  // namespace runner
