// Rows that the database refuses: each with its place, all of them up to the limit, and nothing is loaded.
#include "runner/core/error.hpp"
#include "runner/seed/load.hpp"
#include "seed_call.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

TEST(LoadFailure, PlacesEveryKindOfBadRowAtOnce) {
  SeedCall call;
  call.tables()
      .sql("INSERT INTO clients (name, npwp) VALUES ('a', '1')")
      .sql("INSERT INTO bills (number, amount) VALUES ('old', 1)");
  call.bills(
      "npwp,number,amount,kind\n"
      "1,n1,1,1\n"
      "2,n2,1,1\n"             // a key that finds nothing
      "1,n1,1,1\n"             // the same number again
      "1,old,1,1\n"            // a number that is there
      "1,n4,-5,1\n"            // a check
      "1,n5,,1\n"              // not null
      "1,n6,1,abc\n"           // no number
      "1,n7,1,99999\n"         // out of range
      "1,much too long,1,1\n"  // varchar(8)
      "1,n9,999999999999,1\n"  // numeric(10, 2)
      "1,n10,1,1\n");
  EXPECT_EQ(
      call.findings(),
      (Texts{
          "bills.csv:3:1: column 'client_id': no row of public.clients has npwp '2'",
          "bills.csv:4:3: column 'number': line 2 has the same natural key (number)",
          "bills.csv:5:3: column 'number': public.bills has a row with this natural key (number) already",
          "bills.csv:6:6: column 'amount': new row for relation \"bills\" violates check constraint "
          "\"positive\" (SQLSTATE 23514)",
          "bills.csv:7:6: column 'amount': null value in column \"amount\" of relation \"bills\" violates "
          "not-null constraint (SQLSTATE 23502)",
          "bills.csv:8:8: column 'kind': invalid input syntax for type smallint: \"abc\" (SQLSTATE 22P02)",
          "bills.csv:9:8: column 'kind': value \"99999\" is out of range for type smallint (SQLSTATE 22003)",
          "bills.csv:10:3: column 'number': value too long for type character varying(8) (SQLSTATE 22001)",
          "bills.csv:11:6: column 'amount': numeric field overflow (SQLSTATE 22003)"}));
  EXPECT_EQ(call.rows("SELECT count(*) FROM bills"), "1\n");
}

TEST(LoadFailure, StopsAtTheLimit) {
  SeedCall call;
  std::string csv = "npwp,number,amount,kind\n";
  for (int i = 0; i < 2000; ++i) csv += ",n" + std::to_string(i) + (i % 3 == 0 ? ",-1,1\n" : ",1,1\n");
  call.tables().bills(csv);
  call.limit = 5;
  const Texts findings = call.findings();
  ASSERT_EQ(findings.size(), 5U);
  EXPECT_TRUE(findings.front().starts_with("bills.csv:2:"));
  EXPECT_TRUE(findings.back().starts_with("bills.csv:14:"));
  EXPECT_NE(call.reporter.warnings.front().find("only the first 5 findings"), std::string::npos);
}

TEST(LoadFailure, TellsBadFieldsAndBadRowsTogether) {
  SeedCall call;
  call.tables().dataset("bills", "columns:\n  number: number\n  amount: { as: number }\n",
                        "number,amount\nn1,\"1,000\"\nn2,-1\nn3,1\n");
  EXPECT_EQ(call.findings(),
            (Texts{"bills.csv:2:4: '1,000' has thousands separators or a decimal comma",
                   "bills.csv:3:4: column 'amount': new row for relation \"bills\" violates check constraint "
                   "\"positive\" (SQLSTATE 23514)"}));
}

TEST(LoadFailure, PlacesWhatATriggerRefuses) {
  SeedCall call;
  call.tables().sql(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF NEW.name = 'bad' THEN RAISE 'no bad names'; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER t BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION refuse()");
  call.clients("name,npwp\ngood,1\n\"ba\nd\",2\nbad,3\n");
  EXPECT_EQ(call.findings(), Texts{"clients.csv:5:1: no bad names (SQLSTATE P0001)"});
}

TEST(LoadFailure, FindsDuplicatesThatAnUpdateWouldMeetTwice) {
  SeedCall call;
  call.tables().clients("name,npwp\na,1\nb,2\nc,1\n", "on_conflict: update\n");
  EXPECT_EQ(call.findings(), Texts{"clients.csv:4:3: column 'npwp': line 2 has the same natural key (npwp)"});
}

TEST(LoadFailure, SeesConstraintsThatWaitForTheCommit) {
  SeedCall call;
  call.sql("CREATE TABLE a (id int PRIMARY KEY)")
      .sql("CREATE TABLE b (a_id int REFERENCES a DEFERRABLE INITIALLY DEFERRED)")
      .sql("INSERT INTO a VALUES (1)");
  call.dataset("b", "columns: { a_id: x }\n", "x\n1\n2\n");
  EXPECT_EQ(call.findings(),
            Texts{"b.csv:3:1: column 'a_id': insert or update on table \"b\" violates foreign key "
                  "constraint \"b_a_id_fkey\" (SQLSTATE 23503)"});
}

TEST(LoadFailure, NeverShowsAKeyThatIsEncryptedElsewhere) {
  SeedCall call;
  call.tables().sql("CREATE TABLE notes (client_id bigint, secret text)");
  call.dataset("notes",
               "columns:\n  client_id: { from: npwp, lookup: { table: clients, key: npwp } }\n"
               "  secret: { from: npwp, encrypt: aes-256-gcm }\n",
               "npwp\n12345\n");
  const Texts findings = call.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].find("12345"), std::string::npos) << findings[0];
}

TEST(LoadFailure, IsAnErrorWhereTheRoleMayNotInsert) {
  SeedCall call;
  call.database.admin().query("CREATE TABLE clients (name text, npwp text UNIQUE)", "make another's table");
  call.database.admin().query("GRANT SELECT ON clients TO PUBLIC", "let it be read");
  call.clients("name,npwp\na,1\n");
  try {
    call.load();
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.reason().find("SQLSTATE 42501"), std::string::npos) << error.text();
  }
}

TEST(LoadFailure, IsBusyWhileSomebodyHoldsTheTable) {
  SeedCall call;
  call.tables().clients("name,npwp\na,1\n");
  Session other = call.database.session();
  other.query("BEGIN; LOCK TABLE clients", "hold the table");
  const DatasetFolder folder = call.datasets();
  call.session.query("BEGIN; SET LOCAL lock_timeout = '50ms'", "begin");
  try {
    load_dataset(call.session, folder.datasets.front(), nullptr, 10, [](const RowMaker&, LoadPhase) {});
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::busy);
  }
}

}  // namespace runner
