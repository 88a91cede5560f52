#include "stages/lint/rules_page.hpp"

#include "stages/lint/other_findings.hpp"
#include "stages/lint/rules.hpp"

#include <string_view>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view page_start =
    "# Rules\n\n"
    "What the step `lint` looks for, and at the end what other steps find. This page is made by `ninja -C "
    "build update-docs` from the rules "
    "themselves, and\n"
    "`runner explain <rule>` shows one of them.\n\n"
    "A relation that the same file has made is exempt from the rules about locks: nobody can wait for it "
    "yet. What a\n"
    "column's type is, which constraints are valid and the like is read from the target, or from a shadow "
    "with the\n"
    "applied migrations, when a rule asks for it. What an example takes is the strongest lock on what was "
    "there "
    "before,\n"
    "as a server shows it.\n\n"
    "One statement is excused by a line right above it; the reason is required:\n\n"
    "```sql\n-- runner:allow drop-table -- replaced by the table bills in March\nDROP TABLE "
    "invoices;\n```\n\n"
    "A rule is switched off, or made more or less severe, in the pipeline file:\n\n"
    "```yaml\n- lint: { fail_on: error, rules: { merge-alter-tables: off, drop-index-not-concurrent: error } "
    "}\n```\n";

static std::string code_block(std::string_view comment, std::string_view sql) {
  return sql.empty() ? "" : fmt::format("-- {}\n{}", comment, sql);
}

/// "Found; takes SHARE while the index is built"
static std::string titled(std::string_view title, const RuleExample& example) {
  std::string text(title);
  if (example.lock) text += fmt::format("; takes {}", to_string(*example.lock));
  if (example.lock && example.work != RowWork::none) text += " " + while_done(example.work);
  return text;
}

static std::string example_block(std::string_view title, const RuleExample& example) {
  std::string text = fmt::format("{}:\n\n```sql\n", titled(title, example));
  const bool labelled = !example.before.empty() || !example.rollback.empty();
  text += code_block("applied before", example.before);
  text += labelled ? code_block("the migration", example.sql) : std::string(example.sql);
  text += code_block("its rollback", example.rollback);
  return text + "```\n\n";
}

std::string rules_page() {
  std::string page(page_start);
  const RuleSection* section = nullptr;
  for (const LintRule* rule : lint_rules()) {
    if (section == nullptr || *section != rule->section)
      page += fmt::format("\n## {}\n", to_string(rule->section));
    section = &rule->section;
    page += fmt::format("\n### {}\n\n*{}.* {}.\n\n**{}**\n\n", rule->name, to_string(rule->severity),
                        rule->summary, rule->remedy);
    page += example_block("Found", rule->bad);
    page += example_block("Not found", rule->good);
    page.pop_back();
  }
  page += "\n## Findings of other steps\n\n| finding | found by | says | what to do |\n|---|---|---|---|\n";
  for (const OtherFinding& finding : other_findings())
    page +=
        fmt::format("| `{}` | {} | {}. | {} |\n", finding.name, finding.by, finding.summary, finding.remedy);
  return page;
}

static std::string indented(std::string_view text) {
  std::string result;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') result += "  ";
    at_start = c == '\n';
    result += c;
  }
  return result;
}

static std::string example_text(std::string_view title, const RuleExample& example) {
  std::string text = fmt::format("\n{}:\n", titled(title, example));
  const bool labelled = !example.before.empty() || !example.rollback.empty();
  text += indented(code_block("applied before", example.before));
  text += indented(labelled ? code_block("the migration", example.sql) : std::string(example.sql));
  return text + indented(code_block("its rollback", example.rollback));
}

std::string rule_text(const LintRule& rule) {
  return fmt::format(
      "{} ({}; {})\n{}.\n{}\n{}{}\nto excuse one statement, write above it:\n  -- runner:allow {} -- "
      "<reason>\n"
      "to switch the rule off, write in the pipeline file:\n  - lint: {{ rules: {{ {}: off }} }}\n",
      rule.name, to_string(rule.severity), to_string(rule.section), rule.summary, rule.remedy,
      example_text("found", rule.bad), example_text("not found", rule.good), rule.name, rule.name);
}

}  // namespace runner
