#include "runner/crypto/encryption_key.hpp"
#include "seed_project.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::Made;
using testing::make_people;
using Rows = std::vector<std::vector<std::string>>;
using Texts = std::vector<std::string>;

TEST(RowMaker, KeepsTextAndTrimsWhereAsked) {
  EXPECT_EQ(make_people("  a: { as: text }\n  b: { as: trim }\n", "a,b\n x , y \n").rows,
            (Rows{{" x ", "y"}}));
}

TEST(RowMaker, TakesSpacesForNothing) {
  const Made made = make_people("  a: a\n  b: { as: number }\n  c: { null_if: [\"-\", n/a] }\n",
                                "a,b,c\n ,\t,-\n\"\",,n/a\n");
  EXPECT_EQ(made.rows, (Rows{{"NULL", "NULL", "NULL"}, {"NULL", "NULL", "NULL"}}));
}

TEST(RowMaker, WantsWhatIsRequired) {
  const Made made = make_people("  a: { required: true }\n  b: b\n", "b,a\nx,y\nx,  \n");
  EXPECT_EQ(made.rows, (Rows{{"y", "x"}}));
  EXPECT_EQ(made.findings, Texts{"people.csv:3:3: 'a' is empty, and column 'a' wants a value"});
}

TEST(RowMaker, MapsAClosedList) {
  const std::string_view columns = "  s: { from: status, map: { Lunas: PAID, Dibayar Sebagian: PARTIAL } }\n";
  const Made made = make_people(columns, "status\nLunas\nlunas\nDibayar Sebagian\n");
  EXPECT_EQ(made.rows, (Rows{{"PAID"}, {"PARTIAL"}}));
  EXPECT_EQ(made.findings, Texts{"people.csv:3:1: 'lunas' is not in the map of column 's'"});
  EXPECT_NE(made.whole.front().remedy.find("Lunas"), std::string::npos);
}

TEST(RowMaker, MapsTheRestToElse) {
  EXPECT_EQ(make_people("  s: { map: { a: A }, else: other }\n", "s\na\nb\n\n").rows,
            (Rows{{"A"}, {"other"}}));
}

TEST(RowMaker, ReadsNumbersAndDates) {
  const Made made = make_people("  n: { as: number, decimals: 2 }\n  d: { as: date, format: DD.MM.YYYY }\n",
                                "n,d\n 1250000.50 ,09.03.2026\n\"1,250,000\",09.03.2026\n1.005,31.02.2026\n");
  EXPECT_EQ(made.rows, (Rows{{"1250000.50", "2026-03-09"}}));
  EXPECT_EQ(made.findings, (Texts{"people.csv:3:1: '1,250,000' has thousands separators or a decimal comma",
                                  "people.csv:4:1: '1.005' has 3 digits behind the point, and 2 are allowed",
                                  "people.csv:4:7: '31.02.2026' is no date as DD.MM.YYYY"}));
}

TEST(RowMaker, CountsDaysBetweenDates) {
  const Made made =
      make_people("  late: { days_between: [due, paid] }\n",
                  "due,paid\n2026-02-22,2026-02-21\n2024-02-28,2024-03-01\n2026-01-01, \n2026-01-01,soon\n");
  EXPECT_EQ(made.rows, (Rows{{"-1"}, {"2"}, {"NULL"}}));
  EXPECT_EQ(made.findings, Texts{"people.csv:5:12: 'soon' is no date as YYYY-MM-DD"});
}

TEST(RowMaker, WritesConstants) {
  EXPECT_EQ(make_people("  a: a\n  source: { const: import }\n", "a\n1\n").rows, (Rows{{"1", "import"}}));
}

TEST(RowMaker, SkipsRowsAndCountsWhy) {
  const Made made = make_people("  a: a\n", "a,b,c\n1,,x\n2, ,y\n3,z,gone\n4,z,x\n",
                                "skip_when:\n  - { column: b, is: empty, reason: no b }\n"
                                "  - { column: c, in: [gone, lost], reason: it is gone }\n");
  EXPECT_EQ(made.rows, (Rows{{"4"}}));
  EXPECT_EQ(made.counts.read, 4U);
  EXPECT_EQ(made.counts.made, 1U);
  EXPECT_EQ(made.counts.skipped_rows(), 3U);
  EXPECT_EQ(made.counts.skipped,
            (std::vector<std::pair<std::string, std::uint64_t>>{{"no b", 2}, {"it is gone", 1}}));
}

TEST(RowMaker, GivesALookupAValueForEachPartOfItsKey) {
  const Made made = make_people("  id: { from: [a, b], lookup: { table: t, key: [x, y] } }\n  c: c\n",
                                "a,b,c\n1,2,3\n1,,3\n");
  EXPECT_EQ(made.rows, (Rows{{"1", "2", "3"}, {"NULL", "NULL", "3"}}));
}

TEST(RowMaker, StopsAtTheLimit) {
  testing::SeedProject project;
  std::string csv = "n\n";
  for (int i = 0; i < 1000; ++i) csv += "x\n";
  project.dataset("people", testing::people_yaml("  n: { as: number }\n"), csv);
  EXPECT_EQ(testing::make_rows(project.read().datasets.front(), 7).findings.size(), 7U);
}

static EncryptionKey the_key() {
  return EncryptionKey::parse(Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), "a test");
}

TEST(RowMaker, EncryptsAndNeverShowsWhatItEncrypts) {
  testing::SeedProject project;
  project.dataset("people",
                  testing::people_yaml("  mail: { from: mail, encrypt: aes-256-gcm, map: { a@b: a@b } }\n  "
                                       "copy: { from: mail, as: number }\n"),
                  "mail\na@b\nsecret@example.org\n");
  const DatasetFolder folder = project.read();
  BatchEncryptor encryptor(the_key());
  const Made made = testing::make_rows(folder.datasets.front(), 100, &encryptor);
  EXPECT_EQ(made.findings.size(), 3U);  // none of the fields is a number, and one is not in the map
  for (const Finding& finding : made.whole) {
    EXPECT_EQ(finding.text().find("secret"), std::string::npos) << finding.text();
    EXPECT_EQ(finding.text().find("a@b'"), std::string::npos) << finding.text();
  }
}

TEST(RowMaker, MakesCiphertextThatDecrypts) {
  testing::SeedProject project;
  std::string csv = "mail\n";
  for (int i = 0; i < 10'000; ++i) csv += "person" + std::to_string(i) + "@example.org\n";
  csv += "\n \n";
  project.dataset("people", testing::people_yaml("  mail: { encrypt: aes-256-gcm }\n"), csv);
  const DatasetFolder folder = project.read();
  BatchEncryptor encryptor(the_key());
  const Made made = testing::make_rows(folder.datasets.front(), 100, &encryptor);
  ASSERT_EQ(made.rows.size(), 10'001U);
  Decryptor decryptor(the_key());
  std::string plain;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(decryptor.decrypt(made.rows[static_cast<std::size_t>(i)][0], plain), std::nullopt);
    ASSERT_EQ(plain, "person" + std::to_string(i) + "@example.org");
  }
  EXPECT_EQ(made.rows.back().front(), "NULL");
}

/// 20,000 addresses in some batches; a row in a hundred has a bad number behind its address.
static DatasetFolder many_addresses(testing::SeedProject& project) {
  std::string csv = "mail,n\n";
  for (int i = 0; i < 20'000; ++i)
    csv += "person" + std::to_string(i) + "@example.org," + (i % 100 == 99 ? "x" : std::to_string(i)) + "\n";
  project.dataset("people", testing::people_yaml("  mail: { encrypt: aes-256-gcm }\n  n: { as: number }\n"),
                  csv);
  return project.read();
}

TEST(RowMaker, KeepsCiphertextsWithTheirRowsWhereOthersAreLeftOut) {
  testing::SeedProject project;
  const DatasetFolder folder = many_addresses(project);
  BatchEncryptor encryptor(the_key());
  const Made made = testing::make_rows(folder.datasets.front(), 1000, &encryptor);
  EXPECT_EQ(made.rows.size(), 19'800U);
  EXPECT_EQ(made.counts.made, 19'800U);
  EXPECT_EQ(made.findings.size(), 200U);
  Decryptor decryptor(the_key());
  std::string plain;
  for (const auto& row : made.rows) {
    ASSERT_EQ(decryptor.decrypt(row[0], plain), std::nullopt);
    ASSERT_EQ(plain, "person" + row[1] + "@example.org");
  }
}

// It is a batch ahead: whoever stops before the end leaves one that is being encrypted.
TEST(RowMaker, MayGoBeforeItsFileEnds) {
  testing::SeedProject project;
  const DatasetFolder folder = many_addresses(project);
  BatchEncryptor encryptor(the_key());
  for (int round = 0; round < 20; ++round) {
    RowMaker maker(folder.datasets.front(), &encryptor, 1000);
    RowBatch batch;
    ASSERT_TRUE(maker.next(batch));
  }
  EXPECT_EQ(testing::make_rows(folder.datasets.front(), 1000, &encryptor).rows.size(), 19'800U);
}

TEST(RowMaker, GivesTheRowsThatAreBeforeTheLimit) {
  testing::SeedProject project;
  const DatasetFolder folder = many_addresses(project);
  BatchEncryptor encryptor(the_key());
  const Made made = testing::make_rows(folder.datasets.front(), 150, &encryptor);
  EXPECT_EQ(made.findings.size(), 150U);
  EXPECT_EQ(made.rows.size(), 150U * 99U);
  EXPECT_EQ(made.counts.made, made.rows.size());
}

}  // namespace runner
