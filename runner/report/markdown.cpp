#include "runner/core/text.hpp"
#include "runner/report/counted_losses.hpp"
#include "runner/report/markdown_text.hpp"
#include "runner/report/report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {

// A comment of GitLab holds a million characters; a person reads less. Source: GitLab docs, "Instance
// limits".
static constexpr std::size_t migrations_shown = 100;
static constexpr std::size_t findings_shown = 50;
static constexpr std::size_t facts_shown = 4;
static constexpr std::size_t detail_lines = 20;

// --- Migrations --------------------------------------------------------------------------------------------

static constexpr std::array columns{topic::locks, topic::rewrite_or_scan, topic::way_back, topic::data_loss};

namespace {
/// What all steps found out about one migration.
struct Row {
  std::string name{};
  CaseStatus status = CaseStatus::passed;
  std::map<std::string_view, std::vector<std::string>> facts{};
  bool remarkable() const { return status != CaseStatus::passed || !facts.empty(); }
};

class Rows {
 public:
  Row& row(const std::string& name) {
    const auto [entry, added] = index_.emplace(name, rows_.size());
    if (added) rows_.push_back({.name = name});
    return rows_[entry->second];
  }
  const std::vector<Row>& all() const { return rows_; }

 private:
  std::vector<Row> rows_{};
  std::map<std::string, std::size_t> index_{};
};
}  // namespace

static std::vector<Row> rows_of(const StageReport& report) {
  Rows rows;
  for (const StepReport& step : report.steps) {
    for (const Case& one : step.outcome.cases) {
      if (one.name == "all") continue;
      Row& row = rows.row(one.name);
      if (row.status != CaseStatus::failed && one.status != CaseStatus::passed) row.status = one.status;
    }
    for (const Fact& fact : step.outcome.facts) rows.row(fact.subject).facts[fact.topic].push_back(fact.text);
  }
  return rows.all();
}

static std::string_view word_of(CaseStatus status) {
  switch (status) {
    case CaseStatus::passed:
      return "passed";
    case CaseStatus::failed:
      return "**failed**";
    case CaseStatus::skipped:
      return "skipped";
  }
  return "";
}

static std::string cell(const Row& row, std::string_view about) {
  const auto facts = row.facts.find(about);
  if (facts == row.facts.end()) return "–";
  std::string text;
  const std::vector<std::string>& texts = facts->second;
  for (std::size_t i = 0; i < std::min(texts.size(), facts_shown); ++i)
    text += (text.empty() ? "" : "<br>") + markdown_text(texts[i]);
  if (texts.size() > facts_shown) text += fmt::format("<br>and {} more", texts.size() - facts_shown);
  return text;
}

static std::string migrations_table(const StageReport& report) {
  std::string table;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const Row& row : rows_of(report)) {
    if (!row.remarkable() || shown == migrations_shown) {
      ++left;
      continue;
    }
    ++shown;
    table += fmt::format("| {} | {} |", markdown_text(row.name), word_of(row.status));
    for (const std::string_view about : columns) table += fmt::format(" {} |", cell(row, about));
    table += '\n';
  }
  if (shown == 0) return left == 0 ? "" : fmt::format("\n{}, no remarks.\n", count_of(left, "migration"));
  const std::string more = left == 0 ? "" : fmt::format("\n{}.\n", count_of(left, "more migration"));
  return "\n| migration | result | locks | rewrite or scan | way back | data loss |\n"
         "|---|---|---|---|---|---|\n" +
         table + more;
}

// --- Steps and findings ------------------------------------------------------------------------------------

static std::string steps_table(const StageReport& report) {
  if (report.steps.empty()) return {};
  std::string table = "\n| step | result | |\n|---|---|---|\n";
  for (const StepReport& step : report.steps) {
    const std::string said = step.error ? step.error->message() : step.outcome.summary;
    const bool bad = step.status == StepStatus::failed || step.status == StepStatus::error;
    table +=
        fmt::format("| {} | {} | {} |\n", markdown_text(step.handler),
                    bad ? fmt::format("**{}**", to_string(step.status)) : std::string(to_string(step.status)),
                    markdown_text(said));
  }
  return table;
}

static std::string entry(const Finding& finding) {
  const std::string place = finding.place.known() ? finding.place.str() : finding.subject;
  std::string text =
      fmt::format("- **{}** {}{}{} ({})\n", to_string(finding.severity), markdown_text(place),
                  place.empty() ? "" : ": ", markdown_text(finding.message), markdown_text(finding.rule));
  const std::string detail = finding.detail.empty() ? finding.place.excerpt() : finding.detail;
  if (!detail.empty()) text += "\n" + markdown_block(detail, 2, detail_lines) + "\n";
  if (!finding.remedy.empty()) text += fmt::format("  {}\n", markdown_text(finding.remedy));
  return text;
}

static std::string findings_list(const StageReport& report) {
  const CountedLosses losses(report);
  std::vector<const Finding*> findings;
  for (std::size_t step = 0; step < report.steps.size(); ++step)
    for (const Finding& finding : report.steps[step].outcome.findings)
      if (!losses.tell(step, finding)) findings.push_back(&finding);
  if (findings.empty()) return {};
  std::ranges::stable_sort(findings, std::greater{}, [](const Finding* f) { return f->severity; });
  std::string text = fmt::format("\n## {}\n\n", count_of(findings.size(), "finding"));
  for (std::size_t i = 0; i < std::min(findings.size(), findings_shown); ++i) text += entry(*findings[i]);
  if (findings.size() > findings_shown)
    text += fmt::format("\n{}: the JSON report has all.\n",
                        count_of(findings.size() - findings_shown, "more finding"));
  return text;
}

static std::string error_block(const StageReport& report) {
  const std::optional<Error>* error = &report.error;
  for (const StepReport& step : report.steps)
    if (step.error) error = &step.error;
  return *error ? "\n" + markdown_block((*error)->text(), 0, detail_lines) : std::string();
}

// --- Tiers -------------------------------------------------------------------------------------------------

/// ":::passed" for a step of the stage that ran.
static std::string style_of(const StageReport& report, const TierOutline::Stage& stage, std::size_t step) {
  if (stage.name != report.stage || step >= report.steps.size()) return {};
  switch (report.steps[step].status) {
    case StepStatus::passed:
      return ":::passed";
    case StepStatus::skipped:
      return {};
    default:
      return ":::failed";
  }
}

/// A stage's steps as a chain; gives the name of the node that its successor follows.
static std::string stage_graph(const StageReport& report, const TierOutline::Stage& stage,
                               const std::string& name, std::string& previous) {
  std::string graph = fmt::format("    subgraph {}[{}]\n", name, mermaid_label(stage.name));
  std::string links;
  for (std::size_t i = 0; i < stage.steps.size(); ++i) {
    const std::string node = fmt::format("{}n{}", name, i);
    graph += fmt::format("      {}[{}]{}\n", node, mermaid_label(stage.steps[i]), style_of(report, stage, i));
    if (!previous.empty()) links += fmt::format("    {} --> {}\n", previous, node);
    previous = node;
  }
  return graph + "    end\n" + links;
}

static std::string tiers_graph(const StageReport& report) {
  std::string graph;
  for (std::size_t t = 0; t < report.tiers.size(); ++t) {
    const TierOutline& tier = report.tiers[t];
    graph += fmt::format("  subgraph t{}[{}]\n", t, mermaid_label(tier.name));
    std::string previous;
    for (std::size_t s = 0; s < tier.stages.size(); ++s)
      graph += stage_graph(report, tier.stages[s], fmt::format("t{}s{}", t, s), previous);
    graph += "  end\n";
  }
  if (graph.empty()) return {};
  return "\n## When what runs\n\n```mermaid\nflowchart LR\n" + graph +
         "  classDef passed fill:#cfc,stroke:#393\n  classDef failed fill:#fcc,stroke:#933\n```\n";
}

std::string markdown_report(const StageReport& report) {
  const bool passed = report.exit_code == ExitCode::passed;
  std::string text = fmt::format("# {}: {}\n\n{}\n", markdown_text(report.stage),
                                 passed ? "passed" : "failed", markdown_text(report.verdict));
  if (!passed)
    text += fmt::format("\nExit code {}: {}.\n", to_int(report.exit_code),
                        markdown_text(meaning(report.exit_code)));
  if (!report.compared_with.empty())
    text += fmt::format("\nCompared with {}.\n", markdown_text(report.compared_with));
  text += error_block(report) + migrations_table(report) + findings_list(report);
  return text + "\n## Steps\n" + steps_table(report) + tiers_graph(report);
}

}  // namespace runner
