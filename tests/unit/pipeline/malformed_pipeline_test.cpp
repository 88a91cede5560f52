// Every way that we know of to get a pipeline file wrong, and the first line of what is said about it.
#include "runner/core/error.hpp"
#include "runner/pipeline/pipeline.hpp"
#include "sample_handlers.hpp"

#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

struct Malformed {
  std::string_view name;  ///< a sentence in UpperCamel
  std::string yaml;
  std::string_view says;  ///< the first line
  std::string_view hint;  ///< "": not looked at
};

static void PrintTo(const Malformed& of, std::ostream* out) {
  *out << of.name;
}

static std::string stages(std::string_view steps) {
  return "version: 1\nstages:\n  migrate:\n" + std::string(steps);
}

static const Malformed all[] = {
    {"AnEmptyFile", "", "error: p.yml:1:1: the pipeline file is empty",
     "write 'version: 1', then 'tiers' and 'stages'"},
    {"OnlyAComment", "# nothing\n", "error: p.yml:1:1: the pipeline file is empty", ""},
    {"AListInsteadOfAMap", "- version: 1\n", "error: p.yml:1:1: a pipeline file is a map of keys, not a list",
     ""},
    {"ATextInsteadOfAMap", "version 1\n", "error: p.yml:1:1: a pipeline file is a map of keys, not a text",
     ""},
    {"NoVersion", "stages:\n  migrate: [check]\n", "error: p.yml:1:1: the pipeline file has no version",
     "write 'version: 1' as its first line"},
    {"AnotherVersion", "\nversion: 2\nnew_key: 1\n",
     "error: p.yml:2:10: version '2' of the pipeline file is not known", "write 'version: 1'"},
    {"AVersionThatIsAMap", "version: {}\n", "error: p.yml:1:10: 'version' wants a whole number, not a map",
     ""},
    {"AVersionInQuotes", "version: \"1\"\nstages:\n  migrate: [check]\n",
     "error: p.yml:1:10: 'version' wants a whole number, not a text in quotes", "leave the quotes out"},
    {"AVersionWithoutValue", "version:\nstages:\n",
     "error: p.yml:1:1: 'version' wants a whole number, not nothing", ""},
    {"NoStages", "version: 1\n", "error: p.yml:1:1: the pipeline file declares no stages", ""},
    {"AnUnknownKey", "version: 1\nstage:\n", "error: p.yml:2:1: unknown key 'stage'",
     "did you mean 'stages'?"},
    {"AnUnknownKeyOfDatabase", "version: 1\ndatabase:\n  histroy: x\n",
     "error: p.yml:3:3: unknown key 'histroy' in database", "did you mean 'history'?"},
    {"AnUnknownKeyOfShadow", "version: 1\nshadow: {preludes: [supabase]}\n",
     "error: p.yml:2:10: unknown key 'preludes' in shadow", "did you mean 'prelude'?"},
    {"AnUnknownPrelude", "version: 1\nshadow: {prelude: [supabase, supbase]}\n",
     "error: p.yml:2:30: there is no prelude 'supbase'", "did you mean 'supabase'?"},
    {"AnUnknownTier", "version: 1\ntiers: {merge_requests: []}\n",
     "error: p.yml:2:9: unknown tier 'merge_requests'", "did you mean 'merge_request'?"},
    {"AnUnknownHandler", stages("    - chek\n"), "error: p.yml:4:7: unknown handler 'chek'",
     "did you mean 'check'?"},
    {"AnUnknownHandlerFarFromAll", stages("    - deploy\n"), "error: p.yml:4:7: unknown handler 'deploy'",
     "use one of check, apply, query"},
    {"AnUnknownOption", stages("    - check: { fail_one: error }\n"),
     "error: p.yml:4:16: 'check' has no option 'fail_one'", "did you mean 'fail_on'?"},
    {"ADuplicateKey", "version: 1\nstages: {a: [check]}\nversion: 1\n",
     "error: p.yml:3:1: 'version' is written twice", "keep one; the first is on line 1"},
    {"ADuplicateStage", stages("    - check\n  migrate:\n    - check\n"),
     "error: p.yml:5:3: 'migrate' is written twice", ""},
    {"ADuplicateOption", stages("    - check: { limit: 1, limit: 2 }\n"),
     "error: p.yml:4:26: 'limit' is written twice", ""},
    {"ASecondDocument", stages("    - check\n") + "---\nversion: 1\n",
     "error: p.yml:5:1: a second document starts here", ""},
    {"AnUnterminatedDoubleQuote", "version: 1\nmigrations: \"db\nstages:\n  a: [check]\n",
     "error: p.yml:2:13: a quote is opened here and never closed", ""},
    {"AnUnterminatedSingleQuote", stages("    - query: { sql: 'select 1 }\n"),
     "error: p.yml:4:21: a quote is opened here and never closed", ""},
    {"AnUnterminatedQuoteAfterAClosedOne", "version: 1\nmigrations: 'a'\nrollbacks: 'b\n",
     "error: p.yml:3:12: a quote is opened here and never closed", ""},
    {"AnUnterminatedBracket", "version: 1\ntiers: {manual: [a, b\nstages:\n",
     "error: p.yml:3:7: not valid YAML: end of sequence flow not found", ""},
    {"AClosingBraceTooMany", "version: 1\ntiers: {}}\n",
     "error: p.yml:2:10: not valid YAML: illegal flow end", ""},
    {"AVariableWithoutQuotesInBraces", "version: 1\ndatabase: {url: ${DATABASE_URL:-}}\n",
     "error: p.yml:2:18: not valid YAML: end of map flow not found",
     "put quotes around \"${...}\" inside {} and []"},
    {"ATab", "version: 1\nstages:\n\tmigrate: [check]\n", "error: p.yml:3:1: a tab in the indentation",
     "indent with spaces"},
    {"ATabAfterSpaces", "version: 1\nstages:\n  \tmigrate: [check]\n",
     "error: p.yml:3:11: not valid YAML: illegal map value", "indent with spaces, not with tabs"},
    {"WrongIndentation", "version: 1\nstages:\n  a: [check]\n b: [check]\n",
     "error: p.yml:4:2: not valid YAML: end of map not found", ""},
    {"TextAfterAQuote", "version: 1\nmigrations: \"a\" b\n",
     "error: p.yml:2:17: not valid YAML: end of map not found", ""},
    {"TwoColons", "version: 1\nmigrations: a: b\n", "error: p.yml:2:14: not valid YAML: illegal map value",
     ""},
    {"ABadEscape", "version: 1\nmigrations: \"\\q\"\n",
     "error: p.yml:2:16: not valid YAML: unknown escape character: q", ""},
    {"AnAnchor", "version: 1\nmigrations: &m db\n",
     "error: p.yml:2:13: anchors and aliases are not used here", "write the value out"},
    {"AnAlias", "version: 1\nmigrations: *m\n",
     "error: p.yml:2:13: not valid YAML: the referenced anchor is not defined",
     "put quotes around a text that starts with '*' or '&'"},
    {"ATag", "version: 1\nmigrations: !!str db\n", "error: p.yml:2:13: tags are not used here", ""},
    {"AKeyThatIsAList", "version: 1\n? [a]\n: b\n", "error: p.yml:2:3: a key must be a plain text", ""},
    {"BytesThatAreNotUtf8", "version: 1\nmigrations: d\xFCr\n", "error: p.yml:2:14: byte 0xfc is not UTF-8",
     "save the file as UTF-8"},
    {"AZeroByte", std::string("version: 1\n\0", 12), "error: p.yml:2:1: a zero byte: this is no text file",
     ""},
    {"ColumnsCountCharacters", "version: 1\ndatabase: {history: \"äöü.ßß\", urL: x}\n",
     "error: p.yml:2:31: unknown key 'urL' in database", "did you mean 'url'?"},
    {"AMarkAtTheBeginningCountsNothing", "\xEF\xBB\xBFversio: 1\n",
     "error: p.yml:1:1: the pipeline file has no version", ""},
    {"WindowsLineEnds", "version: 1\r\nstage: 1\r\n", "error: p.yml:2:1: unknown key 'stage'", ""},
    {"AListWhereAMapIsWanted", "version: 1\ndatabase:\n  - url\n",
     "error: p.yml:3:3: 'database' wants a map, not a list", ""},
    {"NothingWhereAMapIsWanted", "version: 1\nshadow:\n",
     "error: p.yml:2:1: 'shadow' wants a map, not nothing", ""},
    {"AMapWhereATextIsWanted", "version: 1\nmigrations: {a: b}\n",
     "error: p.yml:2:13: 'migrations' wants a text, not a map", ""},
    {"AListWhereATextIsWanted", "version: 1\nmigrations: [a]\n",
     "error: p.yml:2:13: option 'migrations' wants a text, not a list", ""},
    {"ATextWhereAListIsWanted", "version: 1\nshadow: {prelude: supabase}\n",
     "error: p.yml:2:19: option 'prelude' wants a list of texts, not 'supabase'", "write [supabase]"},
    {"AListInAList", stages("    - check: { only: [[a]] }\n"),
     "error: p.yml:4:23: 'check.only' holds a list where a text is wanted", ""},
    {"AnEmptyTextInAList", stages("    - check: { only: [''] }\n"),
     "error: p.yml:4:22: option 'only' holds an empty text", ""},
    {"AKeyWithoutValue", "version: 1\nmigrations:\n", "error: p.yml:2:1: 'migrations' has no value",
     "write a value, or leave the line out"},
    {"ATildeForAValue", "version: 1\ndatabase:\n  url: ~\n", "error: p.yml:3:3: 'database.url' has no value",
     ""},
    {"AnEmptyText", "version: 1\nmigrations: ''\n", "error: p.yml:2:13: option 'migrations' is empty", ""},
    {"AWordThatIsNoChoice", stages("    - check: { fail_on: errors }\n"),
     "error: p.yml:4:25: option 'fail_on' does not know 'errors'", "did you mean 'error'?"},
    {"AChoiceOfAListThatIsNone", stages("    - check: { also: [info, warn] }\n"),
     "error: p.yml:4:22: option 'also' does not know 'warn'", ""},
    {"AWrongNumber", stages("    - check: { limit: ten }\n"),
     "error: p.yml:4:23: option 'limit' wants a whole number, not 'ten'", ""},
    {"ANumberInQuotes", stages("    - check: { limit: '5' }\n"),
     "error: p.yml:4:23: 'check.limit' wants a whole number, not a text in quotes", ""},
    {"ANumberOutOfRange", stages("    - check: { limit: 101 }\n"),
     "error: p.yml:4:23: option 'limit' is out of range: 101", "write a value from 1 rows to 100 rows"},
    {"ANumberTooLargeForAnyRange", stages("    - check: { limit: 99999999999999999999 }\n"),
     "error: p.yml:4:23: option 'limit' is out of range: 99999999999999999999", ""},
    {"ADurationWithoutUnit", stages("    - apply: { retry_for: 10 }\n"),
     "error: p.yml:4:27: option 'retry_for': '10' is not a duration: it has no unit", ""},
    {"ADurationWithAWrongUnit", stages("    - apply: { retry_for: 10m }\n"),
     "error: p.yml:4:27: option 'retry_for': '10m' is not a duration: 'm' is no unit", ""},
    {"ARangeTheWrongWayRound", stages("    - apply: { lock_timeout: 80ms..10ms }\n"),
     "error: p.yml:4:30: option 'lock_timeout': the range '80ms..10ms' ends before it starts",
     "write 10ms..80ms"},
    {"ATruthThatIsNone", stages("    - check: { strict: yes }\n"),
     "error: p.yml:4:24: option 'strict' wants true or false, not 'yes'", ""},
    {"AMissingRequiredOption", stages("    - query\n"), "error: p.yml:4:7: 'query' wants option 'sql'", ""},
    {"AStageWithoutSteps", "version: 1\nstages:\n  migrate: []\n",
     "error: p.yml:3:3: stage 'migrate' has no steps", ""},
    {"AStageWithNothing", "version: 1\nstages:\n  migrate:\n",
     "error: p.yml:3:3: stage 'migrate' has no steps", ""},
    {"AStageThatIsAMap", "version: 1\nstages:\n  migrate: {check: {}}\n",
     "error: p.yml:3:12: stage 'migrate' wants a list of steps", "start each step with '- '"},
    {"AStepThatIsEmpty", stages("    -\n"), "error: p.yml:4:5: a step of 'migrate' is empty", ""},
    {"AStepThatIsAList", stages("    - [check]\n"), "error: p.yml:4:7: a step of 'migrate' is a list", ""},
    {"AStepWithAColonOnly", stages("    - check:\n"), "error: p.yml:4:7: 'check' has a colon but no options",
     "write '- check'"},
    {"OptionsThatAreNoMap", stages("    - check: error\n"),
     "error: p.yml:4:14: the options of 'check' are a map", ""},
    {"OptionsBesideTheirHandler", stages("    - check: { limit: 1 }\n      on_failure: continue\n"),
     "error: p.yml:5:7: 'on_failure' stands beside 'check' in one step",
     "start a step with '- ', and indent the options of 'check' below it"},
    {"AWrongOnFailure", stages("    - check: { on_failure: ignore }\n"),
     "error: p.yml:4:28: option 'on_failure' does not know 'ignore'", ""},
    {"AStageNameWithASlash", "version: 1\nstages:\n  ../x: [check]\n",
     "error: p.yml:3:3: '../x' is no name for a stage", ""},
    {"TwoStagesWithOneReport", "version: 1\nstages:\n  a:b: [check]\n  a-b: [check]\n",
     "error: p.yml:4:3: stage 'a-b' would write the same report files as 'a:b'", ""},
    {"StagesThatAreAList", "version: 1\nstages:\n  - migrate\n",
     "error: p.yml:3:3: 'stages' wants a map of stages", ""},
    {"ATierWithAnUndeclaredStage", "version: 1\ntiers: {manual: [migrte]}\nstages: {migrate: [check]}\n",
     "error: p.yml:2:18: tier 'manual' names stage 'migrte', which is not declared",
     "did you mean 'migrate'?"},
    {"ATierThatNamesAStageTwice", "version: 1\ntiers: {manual: [a, a]}\nstages: {a: [check]}\n",
     "error: p.yml:2:21: tier 'manual' names stage 'a' twice", ""},
    {"ATierThatIsAText", "version: 1\ntiers:\n  manual: migrate\n",
     "error: p.yml:3:11: tier 'manual' wants a list of stages", ""},
    {"ATierWithAMap", "version: 1\ntiers:\n  manual: [migrate: check]\n",
     "error: p.yml:3:12: tier 'manual' wants names of stages", ""},
    {"TiersThatAreAList", "version: 1\ntiers: [manual]\n", "error: p.yml:2:8: 'tiers' wants a map of tiers",
     ""},
    {"AnUnsetVariable", "version: 1\nmigrations: \"db/${NOT_SET}\"\n",
     "error: p.yml:2:17: variable NOT_SET is not set", "set NOT_SET, or write ${NOT_SET:-default}"},
    {"AnUnsetVariableWithAMessage", "version: 1\nmigrations: ${NOT_SET:?ask the owner}\n",
     "error: p.yml:2:13: variable NOT_SET is not set: ask the owner", "set NOT_SET"},
    {"AVariableThatIsNeverClosed", "version: 1\nmigrations: ${NAME\n",
     "error: p.yml:2:13: '${' is never closed", ""},
    {"ABadVariableName", "version: 1\nmigrations: ${MY-NAME}\n",
     "error: p.yml:2:13: 'MY-NAME' is no variable name", ""},
    {"AnEmptyVariableName", "version: 1\nmigrations: ${}\n", "error: p.yml:2:13: '' is no variable name", ""},
    {"AVariableWithAWrongOperator", "version: 1\nmigrations: \"a ${NAME:+x}\"\n",
     "error: p.yml:2:16: after '${NAME:' comes neither '-' nor '?'", ""},
    {"VariablesNestedTooDeeply",
     "version: 1\nmigrations: ${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}}\n",
     "error: p.yml:2:53: variables are nested too deeply", ""},
    {"BracketsNestedTooDeeply", "version: 1\nmigrations: " + std::string(5000, '[') + "\n",
     "error: p.yml:2:5012: brackets or lists are nested too deeply", "close brackets where they end"},
    {"AHistoryThatIsNoTable", "version: 1\ndatabase: {history: applied}\n",
     "error: p.yml:2:21: 'applied' is no name of a history table", ""},
};

class MalformedPipeline : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedPipeline, IsRefusedWithItsPlaceAndAHint) {
  const TemporaryFolder folder;
  const auto file = folder.write("p.yml", GetParam().yaml);
  try {
    load_pipeline(file, folder.path(), Variables{}, sample_handlers());
    FAIL() << "it was accepted";
  } catch (const Error& error) {
    const std::string text = error.text();
    EXPECT_EQ(error.code(), ExitCode::usage);
    std::string line = text.substr(0, text.find('\n'));
    if (line.ends_with(" is not defined: m")) line.erase(line.size() - 3);  // yaml-cpp 0.8 adds the name
    EXPECT_EQ(line, GetParam().says);
    if (!GetParam().hint.empty()) {
      EXPECT_EQ(error.advice(), GetParam().hint);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, MalformedPipeline, testing::ValuesIn(all),
                         [](const auto& test) { return std::string(test.param.name); });

static std::string refusal(const std::string& yaml, const Variables& variables) {
  const TemporaryFolder folder;
  try {
    load_pipeline(folder.write("p.yml", yaml), folder.path(), variables, sample_handlers());
  } catch (const Error& error) {
    return error.text();
  }
  return "accepted";
}

TEST(MalformedPipeline, ShowsTheLineWithACaret) {
  EXPECT_EQ(refusal(stages("    - chek\n"), Variables{}),
            "error: p.yml:4:7: unknown handler 'chek'\n"
            "      - chek\n"
            "        ^\n"
            "  hint: did you mean 'check'?\n");
}

TEST(MalformedPipeline, NeverShowsAVariablesValue) {
  const Variables variables{{{"TOKEN", "s3cr3t-value"}}};
  for (const std::string& yaml :
       {stages("    - check: { limit: \"${TOKEN}\" }\n"), stages("    - check: { strict: \"x${TOKEN}\" }\n"),
        stages("    - check: { fail_on: \"${TOKEN}\" }\n"), stages("    - check: { also: [\"${TOKEN}\"] }\n"),
        stages("    - apply: { retry_for: \"${TOKEN}\" }\n"),
        stages("    - apply: { lock_timeout: \"9s..${TOKEN}\" }\n"),
        std::string("version: 1\nshadow: {prelude: \"${TOKEN}\"}\n"),
        std::string("version: 1\nshadow: {prelude: [\"${TOKEN}\"]}\n"),
        std::string("version: 1\ndatabase: {history: \"${TOKEN}\"}\n")}) {
    const std::string text = refusal(yaml, variables);
    EXPECT_NE(text, "accepted") << yaml;
    EXPECT_EQ(text.find("s3cr3t"), std::string::npos) << text;
    EXPECT_NE(text.find("TOKEN"), std::string::npos) << text;
  }
}

TEST(MalformedPipeline, BlotsOutAPasswordInTheLineThatItShows) {
  const std::string text =
      refusal("version: 1\ndatabase: {url: 'postgres://app:hunter2@db/app', hstory: x}\n", Variables{});
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find("postgres://app:*******@db/app"), std::string::npos) << text;
}

}  // namespace runner
