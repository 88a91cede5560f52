// Loading and writing SQL come from one plan: what they leave in the tables is the same.
#include "runner/core/file.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/process/child.hpp"
#include "seed_call.hpp"
#include "stages/seed/sql_out.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

namespace fs = std::filesystem;

static void psql(const TestDatabase& database, const fs::path& file) {
  Command command;
  command.program = (find_server_binaries().folder / "psql").string();
  command.arguments = {"--no-psqlrc", "--quiet",         "--single-transaction",
                       "--set",       "ON_ERROR_STOP=1", "--file",
                       file.string(), "--dbname",        database.url().uri()};
  command.environment = minimal_environment();
  const ChildResult result = run_child(command);
  ASSERT_TRUE(result.succeeded()) << result.errors;
}

static void migrate(Session& session) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(RUNNER_SOURCE_DIR "/migrations"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) session.query(read_file(file), "migrate");
}

/// A digest over all rows of the three tables, with ciphertext decrypted; times aside.
static std::string digest_of(Session& session) {
  Decryptor decryptor(test_key());
  std::string text;
  std::string plain;
  for (const auto& row :
       session
           .query("SELECT id, company_name, npwp, company_type, current_risk_category, pic_email, pic_phone"
                  " FROM clients ORDER BY id",
                  "read the clients")
           .rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i >= 5 && row[i]) {
        EXPECT_FALSE(decryptor.decrypt(*row[i], plain)) << *row[i];
        text += plain + '|';
      } else {
        text += row[i].value_or("NULL") + '|';
      }
    }
  for (const char* query :
       {"SELECT md5(string_agg(concat_ws('|', id, client_id, invoice_number, amount, issue_date, due_date,"
        " status), ',' ORDER BY id)) FROM invoices",
        "SELECT md5(string_agg(concat_ws('|', id, invoice_id, amount_paid, payment_date, days_late,"
        " method), ',' ORDER BY id)) FROM payments"})
    text += session.query(query, "read a table").rows[0][0].value_or("empty");
  return sha256(text);
}

TEST(Outputs, GiveIdenticalTablesOfTheExample) {
  const DatasetFolder folder = read_datasets(RUNNER_SOURCE_DIR "/pipelines/sira/seeds", RUNNER_SOURCE_DIR);
  const std::vector<const Dataset*> datasets = folder.chosen(std::vector<std::string>{"all"});
  BatchEncryptor encryptor(test_key());
  QuietReporter reporter;
  const StopSignal stop;

  const TestDatabase loaded(TestDatabase::Content::supabase);
  Session first = loaded.session();
  migrate(first);
  const Outcome outcome = load_datasets(first, datasets, &encryptor, 10, reporter, {}, stop);
  EXPECT_EQ(outcome.summary, "3 datasets loaded, 19079 rows written, 1221 skipped");
  const Rows counts = first.query(
      "SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM invoices),"
      " (SELECT count(*) FROM payments), (SELECT count(*) FROM payments AS p JOIN invoices AS i"
      " ON i.id = p.invoice_id WHERE p.days_late <> p.payment_date - i.due_date)",
      "count");
  EXPECT_EQ(counts.rows[0], (std::vector<Cell>{"300", "10000", "8779", "0"}));

  const TestFolder out;
  EXPECT_TRUE(write_sql(out.path() / "sql", datasets, &encryptor, 10, reporter, stop).findings.empty());
  const TestDatabase written(TestDatabase::Content::supabase);
  Session second = written.session();
  migrate(second);
  for (const char* name : {"01_clients.sql", "02_invoices.sql", "03_payments.sql"})
    psql(written, out.path() / "sql" / name);
  EXPECT_EQ(digest_of(first), digest_of(second));
  EXPECT_EQ(fs::status(out.path() / "sql" / "01_clients.sql").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(Outputs, GiveTheSameTextsThroughPsql) {
  SeedCall call;
  call.tables().clients(
      "name,npwp\n'); DROP TABLE clients; --,1\n\"a\tb\\N\nc\\\",2\n\\.,3\n\"\"\"q\"\" 'x' $1 :name :'name' "
      "%s\",4\nPT Ümläut 𝄞,5\n"
      "\\! touch /tmp/x,6\n\"line\r\nend\",7\n");
  EXPECT_TRUE(call.load().findings.empty());
  const std::string query = "SELECT id, name, npwp FROM clients ORDER BY id";
  const std::string loaded = call.rows(query);
  const DatasetFolder folder = call.datasets();
  const fs::path file = call.folder.path() / "all.sql";
  EXPECT_TRUE(
      write_sql(file, folder.chosen(std::vector<std::string>{"all"}), nullptr, 10, call.reporter, call.stop)
          .findings.empty());
  call.sql("TRUNCATE clients RESTART IDENTITY CASCADE");
  psql(call.database, file);
  EXPECT_EQ(call.rows(query), loaded);
}

TEST(Outputs, AreDeterministicButForNonces) {
  SeedCall call;
  call.tables().clients("name,npwp\na,1\nb,2\n");
  const DatasetFolder folder = call.datasets();
  const auto written = [&](const std::string& name) {
    write_sql(call.folder.path() / name, folder.chosen(std::vector<std::string>{"all"}), nullptr, 10,
              call.reporter, call.stop);
    return read_file(call.folder.path() / name);
  };
  EXPECT_EQ(written("one.sql"), written("two.sql"));
}

TEST(Outputs, LeaveAFileAsItIsWhenARowIsBad) {
  SeedCall call;
  call.tables().dataset("clients", "columns: { name: { required: true }, npwp: npwp }\n",
                        "name,npwp\na,1\n,2\n");
  call.folder.write("all.sql", "-- before\n");
  const DatasetFolder folder = call.datasets();
  const Outcome outcome =
      write_sql(call.folder.path() / "all.sql", folder.chosen(std::vector<std::string>{"all"}), nullptr, 10,
                call.reporter, call.stop);
  EXPECT_EQ(outcome.exit_code(), ExitCode::failed);
  EXPECT_EQ(read_file(call.folder.path() / "all.sql"), "-- before\n");
  EXPECT_FALSE(fs::exists(call.folder.path() / "all.sql.part"));
}

}  // namespace runner
