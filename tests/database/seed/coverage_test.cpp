#include "runner/seed/coverage.hpp"
#include "runner/seed/ciphertexts.hpp"
#include "seed_call.hpp"
#include "stages/seed/seed.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

static SeedCall& with_bills(SeedCall& call, const std::string& expect) {
  call.tables().sql(
      "ALTER TABLE clients ADD risk text; INSERT INTO clients (name, npwp, risk) VALUES ('a', '1', 'LOW'), "
      "('b', '2', 'HIGH');"
      "INSERT INTO bills (client_id, amount, kind) SELECT 1, 1, k FROM generate_series(-5, 20) k;"
      "INSERT INTO bills (client_id, amount, kind) VALUES (2, 1, 7), (NULL, 1, 50)");
  return call.bills("npwp,number,amount,kind\n", "expect:\n  - { column: kind, " + expect + " }\n");
}

static Distribution measured(SeedCall& call, const DatasetFolder& folder) {
  const Dataset& bills = *folder.find("bills");
  return measure(call.session, folder, bills, bills.expect.front());
}

TEST(Coverage, CountsClassesByAnotherColumn) {
  SeedCall call;
  with_bills(call, "covers: [\"<0\", \"0..10\", \">10\"], by: client_id.risk");
  const DatasetFolder folder = call.datasets();
  EXPECT_EQ(shown(measured(call, folder)),
            "bills: kind by client_id.risk (28 rows)\n"
            "          <0  0..10  >10\n"
            "  (none)   0      0    1\n"
            "  HIGH     0      1    0\n"
            "  LOW      5     11   10\n"
            "  <0    |################ 5\n"
            "  0..10 |######################################## 12\n"
            "  >10   |#################################### 11\n");
  EXPECT_TRUE(missing_classes(measured(call, folder)).empty());
}

TEST(Coverage, TellsClassesThatNothingFalls) {
  SeedCall call;
  with_bills(call, "covers: [\"<-100\", 7, \">=50\"]");
  const DatasetFolder folder = call.datasets();
  const Distribution distribution = measured(call, folder);
  EXPECT_EQ(distribution.classes, (Texts{"<-100", "7", ">=50", "other"}));
  EXPECT_EQ(distribution.groups.front().rows, (std::vector<std::uint64_t>{0, 2, 1, 25}));
  const Findings missing = missing_classes(distribution);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].message, "no row of public.bills has kind <-100");
  EXPECT_EQ(missing[0].place.str(), "bills.yml:5:15");
}

TEST(Coverage, WantsEveryGroupToCoverThemWhereAsked) {
  SeedCall call;
  with_bills(call, "covers: [\"0..10\", \">10\"], by: client_id.risk, by_covers: [LOW, MEDIUM, HIGH]");
  const DatasetFolder folder = call.datasets();
  Texts messages;
  for (const Finding& finding : missing_classes(measured(call, folder))) messages.push_back(finding.message);
  EXPECT_EQ(messages, (Texts{"no row of public.bills has kind 0..10 with risk MEDIUM",
                             "no row of public.bills has kind >10 with risk MEDIUM",
                             "no row of public.bills has kind >10 with risk HIGH"}));
}

TEST(SeedStep, LoadsFilesAndDatasetsAndWantsTheirClasses) {
  SeedCall call;
  call.tables();
  call.folder.write("base.sql", "INSERT INTO clients (name, npwp) VALUES ('a', '1');");
  call.bills("npwp,number,amount,kind\n1,n1,1,5\n1,n2,1,-5\n",
             "expect:\n  - { column: kind, covers: [\"<0\", \">10\"] }\n");
  Options options;
  add_defaults(seed_step.options, options);
  const Plan plan;
  const HistoryTable history;
  Shadows shadows({.cache = test_cache()}, history, &call.session, &call.stop, call.reporter);
  Services use{&call.session, shadows, call.reporter, call.stop};
  StepInput in{"seed", options, plan, history, call.folder.path()};
  in.seeds = {call.folder.path(), {call.folder / "base.sql"}};
  const Outcome outcome = seed_step.run(in, use);
  EXPECT_EQ(outcome.exit_code(), ExitCode::failed);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].message, "no row of public.bills has kind >10");
  EXPECT_EQ(outcome.summary, "1 dataset loaded, 2 rows written, 0 skipped; 1 class without rows");
  EXPECT_EQ(outcome.cases.size(), 3U);
  EXPECT_EQ(call.rows("SELECT count(*) FROM bills"), "2\n");
}

TEST(Ciphertexts, FindsPlaintextAndOtherKeys) {
  SeedCall call;
  call.sql("CREATE TABLE people (id int PRIMARY KEY, mail text)");
  call.dataset("people", "columns: { id: id, mail: { encrypt: aes-256-gcm } }\n",
               "id,mail\n1,a@example.org\n2,\n3,b@example.org\n");
  ASSERT_TRUE(call.load().findings.empty());
  const DatasetFolder folder = call.datasets();
  Decryptor decryptor(test_key());
  const CiphertextCheck clean = check_ciphertexts(call.session, folder.datasets.front(), decryptor, 10);
  EXPECT_EQ(clean.rows, 3U);
  EXPECT_EQ(clean.values, 2U);
  EXPECT_TRUE(clean.findings.empty());

  Encryptor other(EncryptionKey::parse(Secret("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "a test"));
  const std::vector<Cell> parameters{other.encrypt("c@example.org")};
  call.session.query("INSERT INTO people VALUES (4, 'plain@example.org'), (5, $1)", "add two", parameters);
  const CiphertextCheck bad = check_ciphertexts(call.session, folder.datasets.front(), decryptor, 10);
  ASSERT_EQ(bad.findings.size(), 2U);
  EXPECT_TRUE(bad.findings[0].message.starts_with("public.people.mail of the row with id 4 is not"))
      << bad.findings[0].message;
  EXPECT_TRUE(bad.findings[1].message.starts_with("public.people.mail of the row with id 5"));
  EXPECT_EQ(bad.findings[0].text().find("plain@"), std::string::npos);
}

}  // namespace runner
