#include "stages/lint/rules_page.hpp"

#include "stages/lint/rules.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace runner {

TEST(RulesPage, IsWhatTheRulesSay) {
  std::ostringstream page;
  page << std::ifstream(RUNNER_SOURCE_DIR "/docs/rules.md").rdbuf();
  EXPECT_TRUE(page.str() == rules_page()) << "docs/rules.md is out of date: run 'ninja -C build update-docs'";
}

TEST(RulesPage, ShowsEachRuleWithItsExamples) {
  const std::string page = rules_page();
  for (const LintRule* rule : lint_rules()) {
    EXPECT_NE(page.find("### " + std::string(rule->name) + "\n"), std::string::npos) << rule->name;
    EXPECT_NE(page.find(rule->bad.sql), std::string::npos) << rule->name;
    EXPECT_NE(page.find(rule->good.sql), std::string::npos) << rule->name;
  }
}

TEST(RulesPage, HasAConsoleFormOfEachRule) {
  for (const LintRule* rule : lint_rules()) {
    const std::string text = rule_text(*rule);
    EXPECT_EQ(text.find(rule->name), 0U);
    EXPECT_NE(text.find(rule->remedy), std::string::npos);
  }
}

}  // namespace runner
