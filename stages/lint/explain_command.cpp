#include "stages/lint/explain_command.hpp"

#include "runner/core/error.hpp"
#include "runner/core/exit_code.hpp"
#include "runner/core/nearest.hpp"
#include "stages/lint/other_findings.hpp"
#include "stages/lint/rules.hpp"
#include "stages/lint/rules_page.hpp"

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::array arguments{
    CliArgument{
        .name = "topic",
        .help = "a rule of lint, another finding, or an exit code; without one, all of them are listed"},
};
static constexpr std::array options{
    CliOption{.name = "markdown", .help = "print the page of all rules, docs/rules.md"},
};

namespace {
struct CodeText {
  ExitCode code;
  std::string_view database;  ///< what is left there
  std::string_view next;      ///< what to do
};
}  // namespace

static constexpr std::string_view partly =
    "unchanged by the failing migration; one outside a transaction keeps the statements that succeeded, "
    "which the "
    "table runner_progress records";
static constexpr std::array codes{
    CodeText{ExitCode::passed, "as it was asked for", "nothing"},
    CodeText{ExitCode::failed, partly, "read the findings: each says where, what and what to do"},
    CodeText{ExitCode::usage, "untouched",
             "correct the command line, the variable or the pipeline file that is named"},
    CodeText{ExitCode::environment, "untouched",
             "follow the hint: a connection, a tool, an extension or a right is missing"},
    CodeText{ExitCode::busy, "unchanged; outside a transaction as runner_progress records",
             "run it again; the sessions in the way are named"},
    CodeText{ExitCode::refused, "unchanged",
             "read what would be lost, then set the words that the message names"},
    CodeText{ExitCode::unknown, "one version may or may not be applied; the message says which",
             "look at the history before anything else: 'runner status'"},
    CodeText{ExitCode::interrupted, "rolled back; outside a transaction as runner_progress records",
             "run it again"},
    CodeText{ExitCode::terminated, "rolled back; outside a transaction as runner_progress records",
             "run it again"},
};

static std::string code_text(const CodeText& text) {
  return fmt::format("exit code {}: {}\nthe database: {}\nwhat to do: {}\n", to_int(text.code),
                     meaning(text.code), text.database, text.next);
}

static std::string finding_text(const OtherFinding& finding) {
  return fmt::format("{} (found by {})\n{}.\n{}\n", finding.name, finding.by, finding.summary,
                     finding.remedy);
}

static std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names = lint_rule_names();
  for (const OtherFinding& finding : other_findings()) names.push_back(finding.name);
  return names;
}

static std::string list_of_topics() {
  std::string text = "rules of lint:\n";
  for (const LintRule* rule : lint_rules())
    text += fmt::format("  {:<28} {:<8} {}\n", rule->name, to_string(rule->severity), rule->summary);
  text += "\nother findings:\n";
  for (const OtherFinding& finding : other_findings())
    text += fmt::format("  {:<28} {}\n", finding.name, finding.summary);
  text += "\nexit codes:\n";
  for (const CodeText& code : codes)
    text += fmt::format("  {:>3}  {}\n", to_int(code.code), meaning(code.code));
  return text;
}

static std::string explained(const std::string& topic) {
  if (const LintRule* rule = find_lint_rule(topic)) return rule_text(*rule);
  if (const OtherFinding* finding = find_other_finding(topic)) return finding_text(*finding);
  for (const CodeText& code : codes)
    if (std::to_string(to_int(code.code)) == topic) return code_text(code);
  const std::string_view near = nearest(topic, all_names());
  throw Error{ExitCode::usage, fmt::format("neither a finding nor an exit code is called '{}'", topic)}.hint(
      near.empty() ? "see 'runner explain' for all of them" : fmt::format("use '{}'", near));
}

static int run(const CliArguments& given, CliContext& context) {
  if (given.has("markdown"))
    context.out << rules_page();
  else
    context.out << (given.positional().empty() ? list_of_topics() : explained(given.positional(0)));
  return 0;
}

const CliCommand explain_command{
    .name = "explain",
    .summary = "Explain a finding, a rule with examples, or an exit code",
    .arguments = arguments,
    .options = options,
    .run = run,
};

}  // namespace runner
