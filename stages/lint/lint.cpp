#include "stages/lint/lint.hpp"

#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "stages/lint/catalogues.hpp"
#include "stages/lint/lint_file.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

namespace runner {

using Clock = std::chrono::steady_clock;

static constexpr std::array<std::string_view, 4> fail_words{"error", "warning", "info", "never"};
static constexpr std::array<std::string_view, 4> rule_words{"off", "info", "warning", "error"};

static std::span<const std::string_view> names_of_rules() {
  static const std::vector<std::string_view> names = lint_rule_names();
  return names;
}

static constexpr std::array options{
    OptionSpec{
        .name = "fail_on",
        .type = OptionType::choice,
        .help = "The least severity of a finding that fails the step; never: errors are told as warnings",
        .default_text = "error",
        .choices = fail_words},
    OptionSpec{.name = "rules",
               .type = OptionType::choice_map,
               .help = "Rules that are off, or of another severity than their own",
               .choices = rule_words,
               .keys = names_of_rules},
    OptionSpec{.name = "exposed_schemas",
               .type = OptionType::text_list,
               .help = "Schemas that an API shows to the world: their tables need row level security"},
    OptionSpec{.name = "max_lock_timeout",
               .type = OptionType::duration,
               .help = "The longest lock_timeout that a migration may set for itself",
               .default_text = "5s",
               .min = 1,
               .max = day_ms},
    OptionSpec{.name = "max_statement_timeout",
               .type = OptionType::duration,
               .help = "The longest statement_timeout that a migration may set for itself",
               .default_text = "10min",
               .min = 1,
               .max = day_ms},
};

/// Of "never": nothing is more severe.
static Severity severity_of(std::string_view word) {
  if (word == "info") return Severity::info;
  return word == "warning" ? Severity::warning : Severity::error;
}

static RuleSeverities severities_of(const Options& given) {
  RuleSeverities severities = default_severities();
  for (const auto& [rule, word] : given.map("rules")) {
    const auto found = severities.find(rule);
    if (word == "off")
      severities.erase(found);
    else
      found->second = severity_of(word);
  }
  return severities;
}

static std::string intent(const StepInput& in) {
  if (in.plan.pending.empty()) return "nothing is pending";
  return fmt::format("judge the text of {} and of {}", count_of(in.plan.pending.size(), "pending migration"),
                     in.plan.pending.size() == 1 ? "its rollback" : "their rollbacks");
}

namespace {
class Lint {
 public:
  Lint(const StepInput& in, Services& use)
      : in_(in),
        use_(use),
        settings_{.exposed_schemas = in.options.list("exposed_schemas"),
                  .max_lock_timeout = in.options.duration("max_lock_timeout"),
                  .max_statement_timeout = in.options.duration("max_statement_timeout")},
        severities_(severities_of(in.options)),
        catalogues_(in, use) {
    outcome_.fail_on = severity_of(in.options.text("fail_on"));
  }

  Outcome run();

 private:
  void judge(std::size_t index);
  Findings judge_rollback(std::size_t index, const ParsedFile& undone);
  void add_case(const Migration& migration, const Findings& findings, Clock::time_point start);
  std::string summary() const;

  const StepInput& in_;
  Services& use_;
  LintSettings settings_;
  RuleSeverities severities_;
  Catalogues catalogues_;
  Outcome outcome_{};
  std::size_t statements_ = 0;
};
}  // namespace

Findings Lint::judge_rollback(std::size_t index, const ParsedFile& undone) {
  const Migration& migration = in_.plan.pending[index];
  const std::string sql = read_file(*migration.rollback);
  const ParsedFile file = parse_file(sql);
  statements_ += file.statements.size();
  const std::filesystem::path path = *migration.rollback;
  return lint_file({.sql = sql,
                    .path = in_.plan.folder.shown_rollbacks + "/" + path.filename().string(),
                    .subject = migration.label(),
                    .settings = settings_,
                    .severities = severities_,
                    .catalogue = [&] { return catalogues_.with_pending(index + 1); },
                    .undone = &undone},
                   file);
}

void Lint::add_case(const Migration& migration, const Findings& findings, Clock::time_point start) {
  const bool fails = std::any_of(findings.begin(), findings.end(),
                                 [&](const Finding& f) { return f.severity >= outcome_.fail_on; });
  outcome_.cases.push_back({.name = migration.label(),
                            .status = fails ? CaseStatus::failed : CaseStatus::passed,
                            .duration = Clock::now() - start,
                            .path = migration.shown_path});
}

void Lint::judge(std::size_t index) {
  const Clock::time_point start = Clock::now();
  const Migration& migration = in_.plan.pending[index];
  const std::string sql = migration.read_sql();
  const ParsedFile file = parse_file(sql);
  statements_ += file.statements.size();
  Findings findings = lint_file({.sql = sql,
                                 .path = migration.shown_path,
                                 .subject = migration.label(),
                                 .settings = settings_,
                                 .severities = severities_,
                                 .catalogue = [&] { return catalogues_.with_pending(index); }},
                                file);
  if (migration.rollback) {
    Findings more = judge_rollback(index, file);
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  }
  if (in_.options.text("fail_on") == "never")
    for (Finding& finding : findings) finding.severity = std::min(finding.severity, Severity::warning);
  add_case(migration, findings, start);
  std::move(findings.begin(), findings.end(), std::back_inserter(outcome_.findings));
}

std::string Lint::summary() const {
  std::array<std::size_t, 3> counts{};
  for (const Finding& finding : outcome_.findings) ++counts[static_cast<std::size_t>(finding.severity)];
  std::string text =
      fmt::format("{} read, {}", count_of(statements_, "statement"), count_of(counts[2], "error"));
  if (counts[1] > 0) text += ", " + count_of(counts[1], "warning");
  if (counts[0] > 0) text += ", " + count_of(counts[0], "note");
  return text;
}

Outcome Lint::run() {
  for (std::size_t i = 0; i < in_.plan.pending.size(); ++i) {
    use_.stop.check();
    use_.reporter.progress(i, in_.plan.pending.size(), in_.plan.pending[i].label());
    judge(i);
  }
  outcome_.summary = summary();
  return std::move(outcome_);
}

static Outcome run(const StepInput& in, Services& use) {
  if (!in.plan.pending.empty()) return Lint(in, use).run();
  Outcome outcome;
  outcome.summary = "nothing pending";
  return outcome;
}

const StageHandler lint{
    .name = "lint",
    .summary = "Judge the text of pending migrations and their rollbacks by rules",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
