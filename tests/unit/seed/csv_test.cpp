// Files as people and programs write them, and as they break.
#include "seed_project.hpp"

#include <cstddef>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::Made;
using testing::make_people;
using Rows = std::vector<std::vector<std::string>>;
using Texts = std::vector<std::string>;

static constexpr std::string_view columns = "  name: name\n  city: city\n";

static Made read(std::string_view csv, std::string_view source = "") {
  return make_people(columns, csv, source);
}

TEST(Csv, ReadsQuotedLineEndsQuotesAndDelimiters) {
  const Made made = read("name,city\n\"a\nb\",\"say \"\"hi\"\", you\"\n'O''Neil',ä\n");
  EXPECT_EQ(made.rows, (Rows{{"a\nb", "say \"hi\", you"}, {"'O''Neil'", "ä"}}));
  EXPECT_EQ(made.findings, Texts{});
}

TEST(Csv, ReadsEveryKindOfLineEndAndNoneAtTheEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"})
    EXPECT_EQ(read("name,city" + end + "a,b" + end + "c,d").rows, (Rows{{"a", "b"}, {"c", "d"}}))
        << end.size();
}

TEST(Csv, SkipsBlankLinesAndAByteOrderMark) {
  const Made made = read("\xEF\xBB\xBFname,city\n\n\na,b\n\n");
  EXPECT_EQ(made.rows, (Rows{{"a", "b"}}));
  EXPECT_EQ(made.findings, Texts{});
}

TEST(Csv, ReadsARecordThatSpansPieces) {
  const std::string large(200'000, 'x');
  const Made made = read("name,city\n\"" + large + "\",b\nc,\"" + large + "\"\n");
  EXPECT_EQ(made.rows, (Rows{{large, "b"}, {"c", large}}));
}

TEST(Csv, KeepsCharactersThatAPieceCutsInTwo) {
  std::string csv = "name,city\n";
  while (csv.size() < 200'000) csv += "äöü€𝄞,b\n";
  const Made made = read(csv);
  EXPECT_EQ(made.findings, Texts{});
  ASSERT_GT(made.rows.size(), 1000U);
  for (const auto& row : made.rows) ASSERT_EQ(row, (Texts{"äöü€𝄞", "b"}));
}

/// `csv` with these in turn instead of "\n".
static std::string with_line_ends(const std::string& csv, const Texts& ends) {
  std::string all;
  std::size_t line = 0;
  for (const char c : csv) c == '\n' ? all += ends[line++ % ends.size()] : all += c;
  return all;
}

// Files without quotes are split at their line ends, others go through a parser; one file may need both by
// turns.
TEST(Csv, MakesNoDifferenceWhetherAFieldIsQuoted) {
  std::mt19937 random(4180);
  std::string bare = "name,city\n", quoted = "\"name\",city\n", mixed = bare;
  for (int row = 0; row < 6000; ++row) {
    const std::string name = "n" + std::to_string(random());
    // Blank lines, empty fields, and now and then a field too many or a line as long as a piece.
    const std::string rest = (row % 97 == 0  ? std::string(140'000, 'x')
                              : row % 5 == 0 ? ""
                                             : "city") +
                             (row % 501 == 0 ? ",more\n"
                              : row % 7 == 0 ? "\n\n"
                                             : "\n");
    bare += name + "," + rest;
    quoted += "\"" + name + "\"," + rest;
    mixed += row / 1000 % 2 == 0 ? name + "," + rest : "\"" + name + "\"," + rest;
  }
  const auto lines = [](const Made& made) {
    std::vector<int> found;
    for (const Finding& finding : made.whole) found.push_back(finding.place.line);
    return found;
  };
  for (const Texts& ends : {Texts{"\n"}, {"\r\n"}, {"\r"}, {"\n", "\r\n", "\r\n", "\r"}}) {
    const Made expected = read(with_line_ends(quoted, ends));
    EXPECT_EQ(expected.rows.size(), 6000U - 12U);
    EXPECT_EQ(lines(expected).size(), 12U);
    for (const std::string& csv : {bare, mixed}) {
      const Made made = read(with_line_ends(csv, ends));
      EXPECT_TRUE(made.rows == expected.rows);
      EXPECT_EQ(lines(made), lines(expected));
    }
  }
}

TEST(Csv, ReadsLineEndsThatPiecesCutInTwo) {
  static constexpr std::size_t piece = 128 << 10;
  const std::string header = "name,city\r\n";
  for (const std::string end : {"\r\n", "\r", "\n"})
    for (std::size_t size = piece - 3; size <= piece + 1; ++size) {
      const std::string name(size - header.size() - 2, 'x');
      const Made made = read(header + name + ",b" + end + "c,d" + end + "e\r\n");
      EXPECT_EQ(made.rows, (Rows{{name, "b"}, {"c", "d"}})) << size;
      EXPECT_EQ(made.findings, (Texts{"people.csv:4:1: the row has 1 field, and the header 2"})) << size;
    }
}

TEST(Csv, CountsLinesBehindAFieldThatEndsWithACarriageReturn) {
  const Made made = read("name,city\n\"a\r\",\"b\r\"\nc\n");
  EXPECT_EQ(made.findings, (Texts{"people.csv:5:1: the row has 1 field, and the header 2"}));
}

struct Broken {
  std::string_view name;
  std::string csv;
  Texts findings;
};

static std::string nul_byte() {
  return std::string("name,city\na,b\nc\0d,e\n", 21);
}

class CsvRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(CsvRefuses, WithThePlace) {
  const Made made = read(GetParam().csv);
  EXPECT_EQ(made.findings, GetParam().findings);
  for (const Finding& finding : made.whole) {
    EXPECT_FALSE(finding.remedy.empty());
    EXPECT_EQ(finding.subject, "people");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, CsvRefuses,
    ::testing::Values(
        Broken{"AnEmptyFile", "", {"people.csv:1:1: the file is empty"}},
        Broken{"ARowWithAFieldTooFew",
               "name,city\na,b\nc\n",
               {"people.csv:3:1: the row has 1 field, and the header 2"}},
        Broken{"ARowWithAFieldTooMany",
               "name,city\r\na,b\r\nc,d,ä,f\r\n",
               {"people.csv:3:5: the row has 4 fields, and the header 2"}},
        Broken{"ALineThatWasCutOff",
               "name,city\na,b\nc,\"d",
               {"people.csv:3:3: the file ends within a field whose quote is opened here"}},
        Broken{"AQuoteThatIsNeverClosed",
               "name,city\na,\"b\nc,d\ne,f\n",
               {"people.csv:2:3: the file ends within a field whose quote is opened here"}},
        Broken{"AQuoteWithinAField",
               "name,city\na,b\"c\n",
               {"people.csv:2:4: a quote within a field that does not begin with one"}},
        Broken{"TextBehindAQuote",
               "name,city\n\"a\"b,c\n",
               {"people.csv:2:4: text behind the quote that closes a field"}},
        Broken{"ANulByte", nul_byte(), {"people.csv:3:2: a NUL byte, which no text can hold"}},
        Broken{"AByteThatIsNotUtf8", "name,city\nä,b\nc,\xE4\n", {"people.csv:3:3: byte 0xe4 is not UTF-8"}},
        Broken{
            "ACharacterThatTheEndCutsOff", "name,city\na,\xC3", {"people.csv:2:3: byte 0xc3 is not UTF-8"}},
        Broken{
            "AColumnThatTheHeaderLacks",
            "name,town\na,b\n",
            {"people.csv:1:1: the header has no column 'city', which column 'city' of people.yml:6:3 reads",
             "people.csv:1:6: nothing in people.yml reads column 'town'"}},
        Broken{"AColumnThatNothingReads",
               "name,city,phone\na,b,c\n",
               {"people.csv:1:11: nothing in people.yml reads column 'phone'"}},
        Broken{"AColumnThatIsThereTwice",
               "name,city,name\na,b,c\n",
               {"people.csv:1:11: the header has 'name' twice"}}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(Csv, RefusesALineOfAGigabyteInsteadOfHoldingIt) {
  testing::SeedProject project;
  project.dataset("people", testing::people_yaml(columns), "name,city\n");
  {
    // A hole: it costs no disk, and reads as NUL bytes behind the first piece.
    std::ofstream file(project.folder / "people.csv", std::ios::app);
    for (int i = 0; i < 64; ++i) file << std::string(1 << 16, 'x');
  }
  std::filesystem::resize_file(project.folder / "people.csv", 1 << 30);
  const DatasetFolder folder = project.read();
  EXPECT_EQ(testing::make_rows(folder.datasets.front()).findings,
            Texts{"people.csv:2:1: a record of more than 1048576 bytes begins here"});
}

TEST(Csv, ReadsWhatTheSpecificationNames) {
  testing::SeedProject project;
  project.dataset(
      "people",
      "version: 1\ntable: people\nsource: { file: people.csv, delimiter: \";\", encoding: windows-1252 }\n"
      "columns:\n  name: name\n  city: city\n",
      "name;city\nM\xFCller;\x80\n");
  const DatasetFolder folder = project.read();
  EXPECT_EQ(testing::make_rows(folder.datasets.front()).rows, (Rows{{"Müller", "€"}}));
}

TEST(Csv, ReadsUtf16AndTellsAnUnknownEncodingAtItsPlace) {
  const std::string yaml =
      "version: 1\ntable: people\nsource: { file: people.csv, encoding: utf-16le }\ncolumns: { name: name "
      "}\n";
  testing::SeedProject project;
  project.dataset("people", yaml, std::string_view("n\0a\0m\0e\0\n\0\xe4\0\n\0", 14));
  EXPECT_EQ(testing::make_rows(project.read().datasets.front()).rows, (Rows{{"ä"}}));
  std::string other = yaml;
  other.replace(other.find("utf-16le"), 8, "klingon!");
  project.folder.write("people.yml", other);
  const DatasetFolder folder = project.read();
  try {
    testing::make_rows(folder.datasets.front());
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.place().str(), "people.yml:3:39");
  }
}

}  // namespace runner
