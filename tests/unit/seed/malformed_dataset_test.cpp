// Every way that we know of to get a dataset's file wrong, and the first line of what is said about it.
#include "seed_project.hpp"

#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

struct Malformed {
  std::string_view name;  ///< a sentence in UpperCamel
  std::string yaml;
  std::string_view says;  ///< place and message
  std::string_view hint;  ///< "": not looked at
};

static void PrintTo(const Malformed& of, std::ostream* out) {
  *out << of.name;
}

static std::string with(std::string_view more) {
  return "version: 1\ntable: public.p\nsource: { file: p.csv }\n" + std::string(more);
}
static std::string column(std::string_view text) {
  return with("columns:\n  a: { " + std::string(text) + " }\n");
}

static const Malformed all[] = {
    {"AnEmptyFile", "", "p.yml:1:1: a dataset is a map of keys, not nothing", "start with 'version: 1'"},
    {"AList", "- a\n", "p.yml:1:1: a dataset is a map of keys, not a list", ""},
    {"NoVersion", "table: t\n", "p.yml:1:1: the dataset has no version",
     "write 'version: 1' as its first line"},
    {"AnotherVersion", "version: 2\nfuture: 1\n", "p.yml:1:10: version '2' of the dataset is not known", ""},
    {"NoTable", "version: 1\n", "p.yml:1:1: the dataset has no 'table'", ""},
    {"NoSource", "version: 1\ntable: t\ncolumns: { a: a }\n", "p.yml:1:1: the dataset has no 'source'", ""},
    {"NoColumns", with(""), "p.yml:1:1: the dataset has no 'columns'", ""},
    {"AnUnknownKey", with("colums: { a: a }\n"), "p.yml:4:1: unknown key 'colums'",
     "did you mean 'columns'?"},
    {"ADuplicate", with("columns: { a: a, a: b }\n"), "p.yml:4:18: 'a' is written twice", ""},
    {"AnUnknownKeyOfAColumn", column("form: x"), "p.yml:5:8: unknown key 'form' in columns",
     "did you mean 'from'?"},
    {"AnUnknownKeyOfTheSource",
     "version: 1\ntable: t\nsource: { file: p.csv, delimeter: x }\ncolumns: { a: a }\n",
     "p.yml:3:24: unknown key 'delimeter' in source", "did you mean 'delimiter'?"},
    {"AMissingFile", "version: 1\ntable: t\nsource: { file: q.csv }\ncolumns: { a: a }\n",
     "p.yml:3:17: there is no file 'q.csv'", ""},
    {"ADelimiterOfTwoCharacters",
     "version: 1\ntable: t\nsource: { file: p.csv, delimiter: \"||\" }\ncolumns: { a: a }\n",
     "p.yml:3:35: '||' is no delimiter", ""},
    {"AnUnknownType", column("as: integer"), "p.yml:5:12: option 'as' does not know 'integer'", ""},
    {"AnUnknownCipher", column("encrypt: aes-128"), "p.yml:5:17: option 'encrypt' does not know 'aes-128'",
     "use one of aes-256-gcm"},
    {"AnUnknownConflict", with("on_conflict: ignore\ncolumns: { a: a }\n"),
     "p.yml:4:14: option 'on_conflict' does not know 'ignore'", ""},
    {"AConflictWithoutKey", with("on_conflict: skip\ncolumns: { a: a }\n"),
     "p.yml:4:14: 'on_conflict: skip' wants a natural key", "add 'key: [COLUMN]'"},
    {"AKeyThatIsNoColumn", with("key: [b]\ncolumns: { a: a }\n"),
     "p.yml:4:7: the key names 'b', which is not among 'columns'", ""},
    {"AKeyThatIsEncrypted", with("key: a\ncolumns: { a: { encrypt: aes-256-gcm } }\n"),
     "p.yml:4:6: the key names 'a', which is encrypted", ""},
    {"AColumnThatIsAList", with("columns: { a: [b] }\n"), "p.yml:4:15: column 'a' wants a map, not a list",
     ""},
    {"AColumnWithoutValue", with("columns:\n  a:\n"), "p.yml:5:3: column 'a' wants a map, not nothing", ""},
    {"ConstantAndSource", column("const: 1, from: b"), "p.yml:5:24: 'const' and 'from' do not go together",
     ""},
    {"ALookupThatIsEncrypted", column("encrypt: aes-256-gcm, lookup: { table: t, key: k }"),
     "p.yml:5:17: 'lookup' and 'encrypt' do not go together", ""},
    {"ALookupOfAnotherSize", column("from: [b, c], lookup: { table: t, key: k }"),
     "p.yml:5:47: the lookup's key has 1, and 'from' names 2", ""},
    {"ALookupWithoutTable", column("lookup: { key: k }"), "p.yml:5:16: lookup has no 'table'", ""},
    {"TwoSourcesWithoutLookup", column("from: [b, c]"),
     "p.yml:5:14: several CSV columns are read by a lookup only", ""},
    {"ElseWithoutMap", column("else: x"), "p.yml:5:14: 'else' without 'map'", ""},
    {"DecimalsWithoutNumber", column("decimals: 2"), "p.yml:5:18: 'decimals' without 'as: number'", ""},
    {"AFormatWithoutDate", column("format: DD.MM.YYYY"), "p.yml:5:16: 'format' without 'as: date'", ""},
    {"AFormatThatIsNone", column("as: date, format: \"%d.%m.%Y\""),
     "p.yml:5:26: date format '%d.%m.%Y': 'd' means nothing", ""},
    {"AMapOfNumbers", column("as: number, map: { a: b }"),
     "p.yml:5:25: a map reads texts, not numbers or dates", ""},
    {"AnEmptyMap", column("map: { }"), "p.yml:5:13: 'map' is empty", ""},
    {"AMapOfLists", column("map: { a: [b] }"), "p.yml:5:18: 'a' maps to a list", ""},
    {"ThreeDates", column("days_between: [b, c, d]"), "p.yml:5:22: 'days_between' wants two CSV columns", ""},
    {"ARequiredThatIsNoTruth", column("required: yes"),
     "p.yml:5:18: option 'required' wants true or false, not 'yes'", ""},
    {"ASkipRuleWithoutReason", with("columns: { a: a }\nskip_when:\n  - { column: a, is: empty }\n"),
     "p.yml:6:5: skip_when has no 'reason'", ""},
    {"ASkipRuleThatSaysNothing", with("columns: { a: a }\nskip_when:\n  - { column: a, reason: r }\n"),
     "p.yml:6:5: a rule of 'skip_when' has neither 'is' nor 'in'", ""},
    {"SkipRulesAsAMap", with("columns: { a: a }\nskip_when: { column: a }\n"),
     "p.yml:5:12: 'skip_when' wants a list, not a map", ""},
    {"AnExpectationOfNothing", with("columns: { a: a }\nexpect:\n  - { column: b, covers: [x] }\n"),
     "p.yml:6:15: the expectation is about 'b', which is not among 'columns'", ""},
    {"AClassThatIsNoRange", with("columns: { a: a }\nexpect:\n  - { column: a, covers: [\"0..x\"] }\n"),
     "p.yml:6:27: class '0..x': 'x' is no number", ""},
    {"AnExpectationOfCiphertext",
     with("columns: { a: { encrypt: aes-256-gcm } }\nexpect:\n  - { column: a, covers: [x] }\n"),
     "p.yml:6:15: the expectation is about 'a', which is encrypted", ""},
    {"AWayWithoutLookup", with("columns: { a: a }\nexpect:\n  - { column: a, covers: [x], by: a.b }\n"),
     "p.yml:6:15: 'by: a.b': 'a' is no column with a lookup in p.yml", ""},
    {"ADependencyThatDoesNotExist", with("depends_on: [q]\ncolumns: { a: a }\n"),
     "p.yml:4:14: 'p' depends on 'q', which does not exist", ""},
    {"AnOpenQuote", with("columns: { a: \"a }\n"), "p.yml:4:15: a quote is opened here and never closed", ""},
};

class DatasetRefuses : public ::testing::TestWithParam<Malformed> {};

TEST_P(DatasetRefuses, WithThePlace) {
  const Malformed& of = GetParam();
  testing::SeedProject project;
  project.dataset("p", of.yaml, "a\n");
  try {
    project.read();
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.place().str() + ": " + error.message(), of.says);
    EXPECT_FALSE(error.advice().empty());
    if (!of.hint.empty()) {
      EXPECT_EQ(error.advice(), of.hint);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, DatasetRefuses, ::testing::ValuesIn(all),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace runner
