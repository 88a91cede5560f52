#include "runner/crypto/sha256.hpp"
#include "runner/report/counted_losses.hpp"
#include "runner/report/report.hpp"
#include "runner/report/shown_text.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

static std::string_view gitlab_severity(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "critical";
    case Severity::warning:
      return "minor";
    case Severity::info:
      return "info";
  }
  return "info";
}

/// One line with single spaces.
static std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : shown_text(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// Line numbers, sizes and times change although the finding is the same.
static std::string without_numbers(std::string_view text) {
  std::string kept;
  for (const char c : one_line(text))
    if (c < '0' || c > '9') kept += c;
  return kept;
}

/// The finding's file, or its migration's; relative to the repository root without "./".
static std::string path_of(const Finding& finding, const Outcome& outcome) {
  std::string path = finding.place.path;
  if (path.empty() && !finding.subject.empty()) {
    const auto found = std::ranges::find(outcome.cases, finding.subject, &Case::name);
    if (found != outcome.cases.end()) path = found->path;
  }
  while (path.starts_with("./")) path.erase(0, 2);
  return shown_text(path);
}

static std::string identity_of(const Finding& finding, const std::string& path) {
  const std::string words = finding.place.source_line.empty() ? without_numbers(finding.message)
                                                              : one_line(finding.place.source_line);
  return fmt::format("{}\n{}\n{}", finding.rule, path, words);
}

std::string code_quality_report(const StageReport& report) {
  Json entries = Json::array();
  std::map<std::string, int> seen;  // GitLab shows one of those whose fingerprints are the same
  const CountedLosses losses(report);
  for (std::size_t step = 0; step < report.steps.size(); ++step)
    for (const Finding& finding : report.steps[step].outcome.findings) {
      const std::string path = path_of(finding, report.steps[step].outcome);
      if (path.empty() || losses.tell(step, finding)) continue;
      const std::string identity = identity_of(finding, path);
      Json entry;
      entry["description"] =
          one_line(finding.remedy.empty() ? finding.message : finding.message + ". " + finding.remedy);
      entry["check_name"] = one_line(finding.rule);
      entry["fingerprint"] = sha256(fmt::format("{}\n{}", identity, ++seen[identity]));
      entry["severity"] = gitlab_severity(finding.severity);
      entry["location"]["path"] = path;
      entry["location"]["lines"]["begin"] = std::max(finding.place.line, 1);
      entries.push_back(std::move(entry));
    }
  return entries.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace runner
