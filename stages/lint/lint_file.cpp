#include "stages/lint/lint_file.hpp"

#include "runner/core/text.hpp"
#include "stages/lint/excuses.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

RuleSeverities default_severities() {
  RuleSeverities severities;
  for (const LintRule* rule : lint_rules()) severities.emplace(rule->name, rule->severity);
  return severities;
}

/// What the transaction around a file will be, as far as its statements tell.
static TransactionShape shape_of(const ParsedFile& file, std::string_view sql) {
  std::vector<Statement> statements;
  for (const ParsedStatement& parsed : file.statements)
    if (!parsed.in_body)
      statements.push_back({.text = sql.substr(parsed.offset, parsed.end - parsed.offset),
                            .offset = parsed.offset,
                            .kind = parsed.kind});
  return transaction_shape(statements, sql);
}

namespace {
class FileLint {
 public:
  FileLint(const LintInput& input, const ParsedFile& file)
      : input_(input),
        file_(file),
        excuses_(file, input.sql),
        context_(file, input.sql, shape_of(file, input.sql), input.settings, input.catalogue, input.undone) {
    for (const LintRule* rule : lint_rules())
      if (applies(*rule)) rules_.push_back(rule);
  }

  Findings run();

 private:
  bool is_on(std::string_view rule) const { return input_.severities.contains(rule); }
  bool applies(const LintRule& rule) const;
  void ask(RuleCheck LintRule::*check);
  void tell(const LintRule& rule, Remarks remarks);
  void add(const LintRule& rule, Remark remark, std::string_view remedy);
  void say_losses_once();
  Findings placed();

  const LintInput& input_;
  const ParsedFile& file_;
  Excuses excuses_;
  RuleContext context_;
  std::vector<const LintRule*> rules_{};  ///< that apply to this file
  std::vector<std::pair<std::size_t, Finding>> found_{};
};
}  // namespace

/// Taking away what the migration made is a rollback's purpose; and only a rollback has its own rules.
bool FileLint::applies(const LintRule& rule) const {
  if (!is_on(rule.name)) return false;
  return !context_.is_rollback() || rule.section != RuleSection::data_loss;
}

/// A severity that the pipeline file chose stands above the one that a remark has.
void FileLint::add(const LintRule& rule, Remark remark, std::string_view remedy) {
  const auto chosen = input_.severities.find(rule.name);
  if (chosen == input_.severities.end()) return;
  const bool is_default = chosen->second == rule.severity;
  found_.emplace_back(
      remark.position,
      Finding{.rule = std::string(rule.name),
              .severity = is_default ? remark.severity.value_or(rule.severity) : chosen->second,
              .subject = input_.subject,
              .message = std::move(remark.message),
              .remedy = std::string(remedy),
              .lost = std::move(remark.lost)});
}

void FileLint::tell(const LintRule& rule, Remarks remarks) {
  const bool as_unsafe = context_.is_rollback() &&
                         (rule.section == RuleSection::locks || rule.section == RuleSection::compatibility);
  for (Remark& remark : remarks) {
    bool excused = excuses_.excuse(rule.name, remark.position);
    if (as_unsafe) {
      excused |= excuses_.excuse(rules::rollback_unsafe.name, remark.position);
      remark.message = fmt::format("{}: {}", rule.name, remark.message);
      remark.severity.reset();
    }
    if (context_.is_rollback() && rule.section == RuleSection::security)  // it puts back what was there
      remark.severity = std::min(remark.severity.value_or(rule.severity), Severity::warning);
    if (!excused) add(as_unsafe ? rules::rollback_unsafe : rule, std::move(remark), rule.remedy);
  }
}

void FileLint::ask(RuleCheck LintRule::*check) {
  for (const LintRule* rule : rules_)
    if (rule->*check != nullptr)
      if (Remarks remarks = (rule->*check)(context_); !remarks.empty()) tell(*rule, std::move(remarks));
}

/// That data go, and that nobody brings them back, is one thing to know: the worst of it is told.
void FileLint::say_losses_once() {
  std::map<std::pair<std::size_t, std::vector<std::string>>, std::size_t> worst;
  std::set<std::size_t> again;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    const auto& [position, finding] = found_[i];
    if (finding.lost.empty()) continue;
    const auto [told, first] = worst.try_emplace({position, finding.lost}, i);
    if (first) continue;
    const bool worse = finding.severity > found_[told->second].second.severity;
    again.insert(worse ? std::exchange(told->second, i) : i);
  }
  if (again.empty()) return;
  std::size_t index = 0;
  std::erase_if(found_, [&](const auto&) { return again.contains(index++); });
}

/// In the order of the text, so that its lines are counted once, however many findings there are.
Findings FileLint::placed() {
  std::stable_sort(found_.begin(), found_.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  Findings findings;
  std::size_t line_start = 0;
  int lines_before = 0;
  for (auto& [position, finding] : found_) {
    for (std::size_t end = input_.sql.find('\n', line_start); end < position;
         end = input_.sql.find('\n', line_start)) {
      line_start = end + 1;
      ++lines_before;
    }
    finding.place = place_at(input_.path, input_.sql.substr(line_start), position - line_start);
    finding.place.line += lines_before;
    findings.push_back(std::move(finding));
  }
  return findings;
}

Findings FileLint::run() {
  for (const SplitProblem& problem : file_.problems)
    add(rules::parser_gap, at(problem.offset, "not analysed: {}", problem.message), problem.hint);
  if (!file_.statements.empty()) {
    do ask(&LintRule::check);
    while (context_.next());
  }
  ask(&LintRule::finish);
  for (Remark& remark : excuses_.mistakes())
    add(rules::bad_excuse, std::move(remark), rules::bad_excuse.remedy);
  const auto asked = [this](std::string_view rule) { return is_on(rule); };
  for (Remark& remark : excuses_.unused(asked))
    add(rules::unused_excuse, std::move(remark), rules::unused_excuse.remedy);
  say_losses_once();
  return placed();
}

Findings lint_file(const LintInput& input, const ParsedFile& file) {
  return FileLint(input, file).run();
}

}  // namespace runner
