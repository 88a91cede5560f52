#pragma once

#include "stages/lint/rule.hpp"

#include <string>

namespace runner {

/// docs/rules.md: every rule with its examples, as Markdown.
std::string rules_page();

/// One rule for the console.
std::string rule_text(const LintRule& rule);

}  // namespace runner
