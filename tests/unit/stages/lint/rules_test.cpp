// Walks the table: what every rule must have, and that its examples are what they say.
#include "stages/lint/rules.hpp"

#include "tests/unit/stages/lint/lint_call.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

class EachRule : public testing::TestWithParam<const LintRule*> {};

static Findings found_by(const LintRule& rule, const RuleExample& example) {
  LintCall call{.before = std::string(example.before),
                .sql = std::string(example.sql),
                .rollback = std::string(example.rollback)};
  Findings findings = call.run();
  std::erase_if(findings, [&](const Finding& finding) { return finding.rule != rule.name; });
  return findings;
}

static bool is_sentence(std::string_view text) {
  return !text.empty() && std::isupper(static_cast<unsigned char>(text.front())) != 0;
}

TEST_P(EachRule, SaysWhatItFindsAndWhatToDo) {
  const LintRule& rule = *GetParam();
  const bool starts_with_code = !rule.summary.empty() && rule.summary.front() == '`';
  EXPECT_TRUE(is_sentence(rule.summary) || starts_with_code) << rule.summary;
  EXPECT_NE(rule.summary.back(), '.') << rule.summary;
  EXPECT_TRUE(is_sentence(rule.remedy)) << rule.remedy;
  EXPECT_EQ(rule.remedy.back(), '.') << rule.remedy;
}

TEST_P(EachRule, FindsItsBadExampleAtItsLine) {
  const LintRule& rule = *GetParam();
  ASSERT_FALSE(rule.bad.sql.empty());
  const Findings findings = found_by(rule, rule.bad);
  ASSERT_EQ(findings.size(), 1U) << rule.bad.sql;
  EXPECT_EQ(findings[0].place.line, rule.bad.line) << findings[0].text();
  EXPECT_EQ(findings[0].severity, rule.severity);
  EXPECT_FALSE(findings[0].remedy.empty());
  EXPECT_TRUE(std::islower(static_cast<unsigned char>(findings[0].message.front())) != 0 ||
              findings[0].message.find(' ') != std::string::npos);
  EXPECT_NE(findings[0].message.back(), '.') << findings[0].message;
}

TEST_P(EachRule, FindsNothingInItsGoodExample) {
  const LintRule& rule = *GetParam();
  ASSERT_FALSE(rule.good.sql.empty());
  for (const Finding& finding : found_by(rule, rule.good)) ADD_FAILURE() << finding.text();
}

/// Where the parser fails on an example, no rule has looked at it.
TEST_P(EachRule, HasExamplesThatTheParserReads) {
  const LintRule& rule = *GetParam();
  if (rule.name == "parser-gap") GTEST_SKIP() << "its bad example is what the parser cannot read";
  for (const RuleExample* example : {&rule.bad, &rule.good})
    for (const std::string_view sql : {example->before, example->sql, example->rollback}) {
      const ParsedFile file = parse_file(sql);
      EXPECT_TRUE(file.problems.empty()) << sql;
      for (const ParsedStatement& statement : file.statements)
        EXPECT_EQ(as<NotParsed>(statement), nullptr) << sql;
    }
}

INSTANTIATE_TEST_SUITE_P(Table, EachRule, testing::ValuesIn(lint_rules().begin(), lint_rules().end()),
                         [](const testing::TestParamInfo<const LintRule*>& one) {
                           std::string name(one.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LintRules, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const LintRule* rule : lint_rules()) EXPECT_TRUE(names.insert(rule->name).second) << rule->name;
}

}  // namespace runner
