#include "runner/seed/load.hpp"
#include "runner/core/error.hpp"
#include "seed_call.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Texts = std::vector<std::string>;

TEST(Load, ResolvesKeysAndKeepsTheFilesOrder) {
  SeedCall call;
  call.tables()
      .clients("name,npwp\nB,2\nA,1\n")
      .bills("npwp,number,amount,kind\n1,n1,1.50,1\n2,n2,2,\n,n3,3,3\n", "depends_on: [clients]\n");
  const Outcome outcome = call.load();
  EXPECT_TRUE(outcome.findings.empty());
  EXPECT_EQ(outcome.summary, "2 datasets loaded, 5 rows written, 0 skipped");
  EXPECT_EQ(call.rows("SELECT id, name, npwp FROM clients ORDER BY id"), "1|B|2\n2|A|1\n");
  EXPECT_EQ(call.rows("SELECT id, client_id, number, amount, kind FROM bills ORDER BY id"),
            "1|2|n1|1.50|1\n2|1|n2|2.00|NULL\n3|NULL|n3|3.00|3\n");
}

TEST(Load, TakesAnyTextForWhatItIs) {
  SeedCall call;
  call.tables().clients(
      "name,npwp\n'); DROP TABLE clients; --,1\n\"a\tb\\N\nc\\\",2\n\\.,3\n\"\"\"q\"\" 'x' $1 %s\",4\nPT "
      "Ümläut 𝄞,5\n");
  EXPECT_EQ(call.findings(), Texts{});
  EXPECT_EQ(call.rows("SELECT name FROM clients ORDER BY id"),
            "'); DROP TABLE clients; --\na\tb\\N\nc\\\n\\.\n\"q\" 'x' $1 %s\nPT Ümläut 𝄞\n");
}

TEST(Load, IsOneTransactionForAllDatasets) {
  SeedCall call;
  call.tables()
      .clients("name,npwp\nB,2\n")
      .bills("npwp,number,amount,kind\n9,n1,1,1\n", "depends_on: [clients]\n");
  const Outcome outcome = call.load();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.summary, "1 finding, nothing is loaded");
  EXPECT_EQ(call.rows("SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM bills)"), "0|0\n");
  EXPECT_EQ(call.session.state(), TransactionState::idle);
}

TEST(Load, SkipsRowsThatAreThere) {
  SeedCall call;
  call.tables().sql("INSERT INTO clients (name, npwp) VALUES ('old', '1')");
  call.clients("name,npwp\nnew,1\nother,2\ntwice,2\n", "on_conflict: skip\n");
  EXPECT_EQ(call.findings(), Texts{});
  EXPECT_EQ(call.rows("SELECT name FROM clients ORDER BY npwp"), "old\nother\n");
  EXPECT_NE(call.reporter.said.back().find("1 row written, 0 skipped, 2 there already"), std::string::npos);
}

TEST(Load, FindsKeysThatLeadNowhereAlsoWhereConflictsAreSkipped) {
  SeedCall call;
  call.tables().bills("npwp,number,amount,kind\n,n0,1,1\n9,n1,1,1\n", "on_conflict: skip\n");
  EXPECT_EQ(call.findings(),
            Texts{"bills.csv:3:1: column 'client_id': no row of public.clients has npwp '9'"});
  EXPECT_EQ(call.rows("SELECT count(*) FROM bills"), "0\n");
}

TEST(Load, UpdatesRowsThatAreThere) {
  SeedCall call;
  call.tables().sql("INSERT INTO clients (name, npwp) VALUES ('old', '1'), ('kept', '3')");
  call.clients("name,npwp\nnew,1\nother,2\n", "on_conflict: update\n");
  EXPECT_EQ(call.findings(), Texts{});
  EXPECT_EQ(call.rows("SELECT id, name FROM clients ORDER BY npwp"), "1|new\n4|other\n2|kept\n");
}

TEST(Load, EncryptsBeforeTheServerSeesAnything) {
  SeedCall call;
  call.sql("CREATE TABLE people (id int, mail text)");
  call.dataset("people", "columns: { id: id, mail: { encrypt: aes-256-gcm } }\n",
               "id,mail\n1,a@example.org\n2, \n");
  EXPECT_EQ(call.findings(), Texts{});
  EXPECT_EQ(call.rows("SELECT count(*) FROM people WHERE mail LIKE '%example%'"), "0\n");
  Decryptor decryptor(test_key());
  std::string plain;
  EXPECT_FALSE(decryptor.decrypt(
      *call.session.query("SELECT mail FROM people WHERE id = 1", "look").rows[0][0], plain));
  EXPECT_EQ(plain, "a@example.org");
  EXPECT_EQ(call.rows("SELECT mail IS NULL FROM people WHERE id = 2"), "t\n");
}

TEST(Load, EndsOnAStopSignalAndLeavesNothing) {
  SeedCall call;
  std::string csv = "name,npwp\n";
  for (int i = 0; i < 50'000; ++i) csv += "PT Maju Bersama," + std::to_string(i) + "\n";
  call.tables().clients(csv);
  const DatasetFolder folder = call.datasets();
  Session session = Session::connect(call.database.url(), {}, &call.stop);
  session.query("BEGIN", "begin");
  int batches = 0;
  try {
    load_dataset(session, folder.datasets.front(), nullptr, 10, [&](const RowMaker&, LoadPhase) {
      if (++batches == 2) kill(getpid(), SIGTERM);
    });
    ADD_FAILURE() << "not interrupted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::terminated);
  }
  EXPECT_EQ(call.rows("SELECT count(*) FROM clients"), "0\n");
}

struct BadTable {
  const char* yaml;
  const char* says;
  const char* hint;
};

TEST(Load, TellsWhatTheDatabaseLacksAtItsPlace) {
  const BadTable cases[] = {
      {"table: public.client\ncolumns: { name: name }\n", "t.yml: there is no table public.client at ", ""},
      {"table: clients\ncolumns: { nmae: name }\n", "t.yml:3:12: table public.clients has no column 'nmae'",
       "did you mean 'name'?"},
      {"table: clients\ncolumns: { id: name }\n",
       "t.yml:3:12: the database makes the values of column 'id' of public.clients itself", ""},
      {"table: clients\nkey: name\ncolumns: { name: name }\n",
       "t.yml: (name) is no natural key of public.clients: no unique index is about it", ""},
      {"table: bills\ncolumns: { client_id: { from: name, lookup: { table: clients, key: name } } }\n",
       "t.yml:3:45: (name) is no natural key of public.clients: no unique index is about it", ""},
  };
  SeedCall call;
  call.tables().folder.write("t.csv", "name\nx\n");
  for (const BadTable& bad : cases) {
    call.folder.write("t.yml", "version: 1\n" + std::string(bad.yaml) + "source: { file: t.csv }\n");
    try {
      call.load();
      ADD_FAILURE() << bad.yaml;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_TRUE((error.place().str() + ": " + error.message()).starts_with(bad.says))
          << error.place().str() << ": " << error.message();
      EXPECT_FALSE(error.advice().empty());
      if (*bad.hint != '\0') {
        EXPECT_EQ(error.advice(), bad.hint);
      }
    }
  }
}

}  // namespace runner
