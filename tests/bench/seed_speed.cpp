#include "tests/bench/seed_speed.hpp"

#include "runner/core/file.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "tests/bench/measure.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace runner::bench {

namespace fs = std::filesystem;

static constexpr int scale = 100;
static constexpr std::size_t megabyte = 1 << 20;
static constexpr const char* key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

// What a team writes first: every row by hand, every value with a cipher of its own.
static constexpr std::string_view python_script = R"python(
import base64, csv, os, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
key = base64.urlsafe_b64decode(os.environ["ENCRYPTION_KEY"])
def encrypt(text):
    if not text.strip():
        return "NULL"
    nonce = os.urandom(12)
    return "'" + base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), None)).decode() + "'"
def quote(text):
    return "'" + text.replace("'", "''") + "'"
with open(sys.argv[1], newline="") as rows, open(sys.argv[2], "w") as out:
    for row in csv.DictReader(rows):
        out.write("INSERT INTO clients (company_name, npwp, pic_email, pic_phone, company_type, current_risk_category)"
                  " VALUES (%s, %s, %s, %s, %s, %s);\n" % (quote(row["nama_perusahaan"]), quote(row["npwp"]),
                  encrypt(row["email_pic"]), encrypt(row["no_telepon_pic"]), quote(row["jenis_perusahaan"]),
                  quote(row["kategori_risiko"])))
)python";

static constexpr std::string_view invoices_by_hand = R"(
CREATE TEMPORARY TABLE s (number text, npwp text, amount text, issued text, due text, status text);
\copy s FROM 'data/invoice.csv' WITH (FORMAT csv, HEADER)
INSERT INTO invoices (client_id, invoice_number, amount, issue_date, due_date, status)
SELECT c.id, s.number, s.amount::numeric, s.issued::date, s.due::date,
       CASE s.status WHEN 'Lunas' THEN 'PAID' WHEN 'Dibayar Sebagian' THEN 'PARTIAL'
                     WHEN 'Belum Dibayar' THEN 'UNPAID' ELSE 'OVERDUE' END
  FROM s JOIN clients AS c ON c.npwp = s.npwp;
)";

namespace {
/// The example's datasets with `times` as many rows, and a database with its tables.
class SeedBench {
 public:
  explicit SeedBench(int times) {
    fs::copy(RUNNER_SOURCE_DIR "/pipelines/sira/seeds", folder_.path() / "seeds");
    fs::create_directories(folder_ / "data");
    std::ofstream(folder_ / "pipeline.yml") << "version: 1\ndatabase:\n  url: \"${DATABASE_URL:-}\"\n"
                                               "seeds: { files: [rows.sql] }\nstages:\n  seed: [seed]\n";
    for (const char* name : {"klien.csv", "invoice.csv", "pembayaran.csv"}) multiply(name, times);
    std::ofstream(folder_ / "by_hand.sql") << invoices_by_hand;
    std::ofstream(folder_ / "seed.py") << python_script;
    std::vector<fs::path> migrations;
    for (const auto& entry : fs::directory_iterator(RUNNER_SOURCE_DIR "/migrations"))
      migrations.push_back(entry.path());
    std::sort(migrations.begin(), migrations.end());
    for (const fs::path& file : migrations) session_.query(read_file(file), "migrate");
  }

  Program runner(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), RUNNER_PROGRAM);
    return program(std::move(arguments));
  }
  Program psql(std::vector<std::string> arguments) const {
    static const std::string path = (find_server_binaries().folder / "psql").string();
    arguments.insert(arguments.begin(),
                     {path, "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", database_.url().uri()});
    return program(std::move(arguments));
  }
  Program python() const { return program({"/usr/bin/python3", "seed.py", "data/klien.csv", "python.sql"}); }
  void empty(std::string_view tables) {
    session_.query(fmt::format("TRUNCATE {} RESTART IDENTITY CASCADE", tables), "empty the tables");
  }
  const fs::path& folder() const { return folder_.path(); }
  void query(const std::string& sql) { session_.query(sql, "prepare"); }

  /// Copies of every row; what identifies a client or an invoice gets the copy's number.
  void multiply(const std::string& name, int times) {
    std::ifstream in(fs::path(RUNNER_SOURCE_DIR "/pipelines/sira/data") / name);
    std::ofstream out(folder_.path() / "data" / name);
    std::string header;
    std::getline(in, header);
    out << header << '\n';
    std::vector<std::string> rows;
    for (std::string row; std::getline(in, row);) rows.push_back(row);
    for (int copy = 0; copy < times; ++copy)
      for (std::string row : rows) {
        // 10.649.358.2-482.000 → 10.649.358.2-482.017; INV-1 → INV17-1
        if (const std::size_t tax = row.find(".000,"); tax != std::string::npos)
          row.replace(tax, 4, fmt::format(".{:03}", copy));
        if (row.starts_with("INV-")) row.replace(0, 3, fmt::format("INV{}", copy));
        out << row << '\n';
      }
  }

 private:
  Program program(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = folder_.path(),
            .environment = {{"DATABASE_URL", database_.url().uri()}, {"ENCRYPTION_KEY", key}}};
  }

  TestFolder folder_{};
  TestDatabase database_{TestDatabase::Content::supabase};
  Session session_ = database_.session();
};
}  // namespace

static const std::string client_columns =
    "company_name, npwp, pic_email, pic_phone, company_type, current_risk_category";

static void clients_beside_copy(SeedBench& bench) {
  run(bench.runner({"seed", "clients"}));
  run(bench.psql({"-c", "\\copy clients (" + client_columns + ") TO 'clients.tsv'"}));
  show("seed clients, 30,000 encrypted : COPY of the finished rows",
       compare(
           5, [&] { bench.empty("clients"); },
           [&] {
             run(bench.runner({"seed", "clients"}));
           },
           [&] {
             run(bench.psql({"-c", "\\copy clients (" + client_columns + ") FROM 'clients.tsv'"}));
           }),
       1 / 0.7);
}

static void invoices_beside_hand(SeedBench& bench) {
  bench.query("ANALYZE clients");
  show("seed invoices, 1,000,000 : \\copy, INSERT SELECT by hand",
       compare(
           3, [&] { bench.empty("invoices"); },
           [&] {
             run(bench.runner({"seed", "invoices"}));
           },
           [&] {
             run(bench.psql({"-1", "-f", "by_hand.sql"}));
           }),
       1.15);
}

/// The same rows with an INSERT for each, as teams write them: our own INSERTs have 500 rows. None of the
/// example's values has a line end.
static void write_an_insert_a_row(const fs::path& ours, const fs::path& theirs) {
  static constexpr std::string_view row_begins = "  (";
  std::ifstream in(ours);
  std::ofstream out(theirs);
  std::string head;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("INSERT INTO ")) {
      head = line;
    } else if (line.starts_with(row_begins)) {
      line.pop_back();  // a comma, or the INSERT's semicolon
      out << head << line << ";\n";
    } else {
      out << line << '\n';
    }
  }
}

static void small_beside_psql() {
  SeedBench bench(1);
  run(bench.runner({"seed", "all", "--sql-out", "all.sql"}));
  write_an_insert_a_row(bench.folder() / "all.sql", bench.folder() / "rows.sql");
  const auto empty = [&] {
    bench.query("DROP TABLE IF EXISTS supabase_migrations.seed_files");
    bench.empty("clients, invoices, payments");
  };
  const auto seed_all = [&] { run(bench.runner({"seed", "all"})); };
  const auto psql_rows = [&] { run(bench.psql({"-1", "-f", "rows.sql"})); };
  show("seed all, as shipped : psql -1 -f, an INSERT a row", compare(7, empty, seed_all, psql_rows),
       1 / 15.0);
  show("seed all, as shipped : psql -1 -f of our INSERTs",
       compare(7, empty, seed_all,
               [&] {
                 run(bench.psql({"-1", "-f", "all.sql"}));
               }),
       1 / 3.0);
  // Both let the server plan and execute 19,079 INSERTs; only the round trips between them can be saved.
  show("seed files : psql -1 -f, the same file, an INSERT a row",
       compare(
           5, empty,
           [&] {
             run(bench.runner({"seed", "files"}));
           },
           psql_rows),
       1 / 2.0);
}

static void sql_beside_python() {
  static constexpr int to_half_a_million_clients = 1667;
  SeedBench bench(1);
  bench.multiply("klien.csv", to_half_a_million_clients);
  // What the other one has written must not be on its way to the disk meanwhile.
  show("--sql-out, 1,000,000 values encrypted : a Python script",
       compare(
           3, [] { ::sync(); },
           [&] {
             run(bench.runner({"seed", "clients", "--sql-out", "clients.sql"}));
           },
           [&] { run(bench.python()); }),
       1 / 30.0);
}

void seeds_beside_psql() {
  small_beside_psql();
  sql_beside_python();
  SeedBench bench(scale);
  clients_beside_copy(bench);
  invoices_beside_hand(bench);
  bench.empty("payments");
  show_memory("seed payments, 1,000,000 read, peak : 64 MB",
              peak_bytes_of(bench.runner({"seed", "payments"})), 64 * megabyte);
  show_memory("seed all --sql-out, 2,030,000 read, peak : 64 MB",
              peak_bytes_of(bench.runner({"seed", "all", "--sql-out", "all.sql"})), 64 * megabyte);
}

}  // namespace runner::bench
