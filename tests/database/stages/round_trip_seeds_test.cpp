#include "tests/database/stages/round_trip_call.hpp"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

namespace runner {

namespace {
struct SeededCall : RoundTripCall {
  explicit SeededCall(const std::string& which) { options.set("seeds", which); }

  void file(const std::string& name, const std::string& sql) {
    seeds.files.push_back(folder / name);
    write_file(seeds.files.back(), sql);
  }
  void dataset(const std::string& name, const std::string& yaml, const std::string& csv) {
    seeds.folder = folder / "seeds";
    std::filesystem::create_directories(seeds.folder);
    write_file(seeds.folder / (name + ".yml"), yaml);
    write_file(seeds.folder / (name + ".csv"), csv);
  }
  static std::string way_back(const Outcome& outcome, const std::string& subject) {
    for (const Fact& fact : outcome.facts)
      if (fact.subject == subject && fact.topic == topic::way_back) return fact.text;
    return "";
  }
};
}  // namespace

TEST(RoundTripSeeds, AreThereBeforeMadeUpRows) {
  SeededCall call("files");
  call.file("seed.sql", "INSERT INTO a VALUES (1, 'x'), (2, 'y'), (3, 'z');");
  call.pair("1", "CREATE TABLE a (n int PRIMARY KEY, t text); CREATE TABLE b (n int);", "DROP TABLE b, a;");
  call.pair("2", "ALTER TABLE a ADD u text; ALTER TABLE b ADD u text; UPDATE a SET t = 'gone';",
            "ALTER TABLE IF EXISTS b DROP COLUMN IF EXISTS u; ALTER TABLE a DROP COLUMN IF EXISTS u;");
  const Outcome outcome = call.tried();
  EXPECT_NE(told(outcome).find("data-not-restored 2_x: rollback does not restore public.a.t: 3 of 3 rows"),
            std::string::npos)
      << told(outcome);
  EXPECT_EQ(SeededCall::way_back(outcome, "2_x"),
            "proven: the schema is restored, tried with the project's seeds and 40 made-up rows");
}

TEST(RoundTripSeeds, ShowWhatAMigrationCannotDoWithTheProjectsRows) {
  SeededCall call("files");
  call.file("seed.sql", "INSERT INTO a VALUES (1, 'x'), (2, 'x');");
  call.pair("1", "CREATE TABLE a (n int PRIMARY KEY, t text);", "DROP TABLE IF EXISTS a;");
  call.pair("2", "ALTER TABLE a ADD CONSTRAINT a_t UNIQUE (t);",
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS a_t;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(
      told(outcome, Severity::error),
      "fails-on-rows 2_x: passes on empty tables and fails on the project's seeds: could not create unique "
      "index \"a_t\"\n");
}

TEST(RoundTripSeeds, OfAnotherSchemaAreSaidAndLeftOut) {
  SeededCall call("all");
  call.file("newer.sql", "INSERT INTO a (n, later) VALUES (1, 'x');");
  call.file("fits.sql", "SET search_path = ''; INSERT INTO public.a (n) VALUES (7);");
  call.dataset("a",
               "version: 1\ntable: public.a\nkey: [n]\nsource: { file: a.csv }\ncolumns:\n"
               "  n: { as: number }\n  later: {}\n",
               "n,later\n1,x\n");
  call.pair("1", "CREATE TABLE a (n int PRIMARY KEY);", "DROP TABLE IF EXISTS a;");
  call.pair("2", "ALTER TABLE a ADD later text;", "ALTER TABLE a DROP COLUMN IF EXISTS later;");
  const Outcome outcome = call.tried();
  EXPECT_EQ(told(outcome, Severity::error), "");
  std::string said;
  for (const Finding& finding : outcome.findings)
    if (finding.rule == "seed-not-loaded") said += finding.subject + ": " + finding.message + "\n";
  EXPECT_EQ(said,
            "2_x: the seed file is not loaded before the migration: column \"later\" of relation \"a\" does "
            "not exist\n"
            "2_x: dataset a is not loaded before the migration: table public.a has no column 'later'\n");
  EXPECT_EQ(SeededCall::way_back(outcome, "2_x"),
            "proven: the schema is restored, tried with the project's seeds");
}

TEST(RoundTripSeeds, EncryptWithAKeyThatNobodyKeeps) {
  ASSERT_EQ(std::getenv("ENCRYPTION_KEY"), nullptr) << "this test is about being without a key";
  SeededCall call("datasets");
  call.dataset("people",
               "version: 1\ntable: public.people\nkey: [name]\nsource: { file: people.csv }\ncolumns:\n"
               "  name: {}\n  email: { encrypt: aes-256-gcm }\n",
               "name,email\nAyu,ayu@example.org\nBudi,budi@example.org\n");
  call.dataset(
      "teams",
      "version: 1\ntable: public.teams\nkey: [name]\ndepends_on: [people]\nsource: { file: teams.csv }\n"
      "columns:\n  name: {}\n  lead: { lookup: { table: public.people, key: name } }\n",
      "name,lead\nred,Ayu\n");
  call.pair(
      "1",
      "CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, email text "
      "CHECK (length(email) > 40));"
      "CREATE TABLE teams (name text PRIMARY KEY, lead int REFERENCES people);",
      "DROP TABLE IF EXISTS teams; DROP TABLE IF EXISTS people;");
  call.pair("2", "ALTER TABLE teams ADD note text; UPDATE teams SET note = name;",
            "ALTER TABLE teams DROP COLUMN IF EXISTS note;");
  const Outcome outcome = call.tried();
  EXPECT_NE(
      told(outcome).find("rollback-loses-data 2_x: rollback loses public.teams.note: 1 of 1 row had a value"),
      std::string::npos)
      << told(outcome);
  EXPECT_EQ(SeededCall::way_back(outcome, "2_x"),
            "proven: the schema is restored, tried with the project's seeds");
}

}  // namespace runner
