#include "runner/seed/sql_text.hpp"
#include "seed_project.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

static std::string sql_of(const Dataset& dataset) {
  std::string text;
  RowMaker maker(dataset, nullptr, 10);
  SqlText sql(dataset, [&](std::string_view piece) { text += piece; });
  sql.begin();
  RowBatch batch;
  while (maker.next(batch)) sql.add(batch);
  sql.finish(maker.counts());
  return text;
}

static std::string sql_of(const std::string& yaml, const std::string& csv) {
  testing::SeedProject project;
  project.dataset("bills", yaml, csv);
  return sql_of(project.read().datasets.front());
}

static const std::string head =
    "-- bills: public.bills from bills.csv, made by `runner seed`.\n"
    "-- All or nothing: psql --single-transaction --set ON_ERROR_STOP=1 --file FILE\n"
    "SET client_encoding = 'UTF8';\n\n";

TEST(SqlText, IsWhatPeopleReview) {
  EXPECT_EQ(sql_of("version: 1\ntable: public.bills\nsource: { file: bills.csv }\n"
                   "skip_when:\n  - { column: due, is: empty, reason: no date }\n"
                   "columns:\n"
                   "  client_id: { from: npwp, lookup: { table: clients, key: npwp } }\n"
                   "  Note: note\n  due: { as: date }\n",
                   "npwp,note,due\n10.1,it's,2026-01-02\n, ,2026-01-03\n10.2,x,\n"),
            head +
                "INSERT INTO public.bills (client_id, \"Note\", due) VALUES\n"
                "  ((SELECT id FROM public.clients WHERE npwp = '10.1'), 'it''s', '2026-01-02'),\n"
                "  (NULL, NULL, '2026-01-03');\n\n"
                "-- bills: 2 rows written, 1 skipped\n"
                "--   1 skipped: no date\n");
}

TEST(SqlText, QuotesWhateverAValueHolds) {
  const std::string sql =
      sql_of("version: 1\ntable: bills\nsource: { file: bills.csv }\ncolumns: { name: name }\n",
             "name\n'); DROP TABLE clients; --\nC:\\new\\'x\n\"a\nb\"\n");
  EXPECT_EQ(sql, head +
                     "INSERT INTO public.bills (\"name\") VALUES\n"
                     "  ('''); DROP TABLE clients; --'),\n"
                     "  ( E'C:\\\\new\\\\''x'),\n"
                     "  ('a\nb');\n\n-- bills: 3 rows written, 0 skipped\n");
}

TEST(SqlText, QuotesWhatADatasetItselfSays) {
  const std::string sql = sql_of(
      "version: 1\ntable: bills\nsource: { file: bills.csv }\ncolumns:\n"
      "  status: { map: { it's: it's, plain: plain } }\n"
      "  kind: { map: { a: b }, else: \"d'oh\" }\n"
      "  word: { from: kind, map: { a: b }, else: c }\n"
      "  folder: { const: 'C:\\x' }\n",
      "status,kind\nit's,a\nplain,'\n");
  EXPECT_EQ(sql, head +
                     "INSERT INTO public.bills (status, kind, word, folder) VALUES\n"
                     "  ('it''s', 'b', 'b',  E'C:\\\\x'),\n"
                     "  ('plain', 'd''oh', 'c',  E'C:\\\\x');\n\n-- bills: 2 rows written, 0 skipped\n");
}

TEST(SqlText, SaysWhatBecomesOfConflicts) {
  const std::string yaml =
      "version: 1\ntable: bills\nkey: [number]\non_conflict: CHOICE\nsource: { file: bills.csv }\n"
      "columns: { number: number, total: total }\n";
  const auto with = [&](std::string_view choice) {
    std::string text = yaml;
    text.replace(text.find("CHOICE"), 6, choice);
    return sql_of(text, "number,total\n1,2\n");
  };
  EXPECT_EQ(with("error").find("ON CONFLICT"), std::string::npos);
  EXPECT_NE(with("skip").find("\n  ON CONFLICT (number) DO NOTHING;\n"), std::string::npos);
  EXPECT_NE(with("update").find("\n  ON CONFLICT (number) DO UPDATE SET total = EXCLUDED.total;\n"),
            std::string::npos);
}

TEST(SqlText, HoldsSomeHundredRowsAnInsert) {
  std::string csv = "name\n";
  for (int i = 0; i < 1001; ++i) csv += "x\n";
  const std::string sql =
      sql_of("version: 1\ntable: bills\nsource: { file: bills.csv }\ncolumns: { name: name }\n", csv);
  std::size_t inserts = 0;
  for (std::size_t at = sql.find("INSERT"); at != std::string::npos; at = sql.find("INSERT", at + 1))
    ++inserts;
  EXPECT_EQ(inserts, 3U);
}

}  // namespace runner
