#include "runner/report/report.hpp"

#include "runner/report/counted_losses.hpp"
#include "runner/report/shown_text.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace runner {

// GitLab drops a report of 30 MB or more; names and structure need room beside the texts.
// Source: gitlab-org/gitlab, doc/administration/instance_limits.md.
static constexpr std::size_t all_texts_bytes = 20'000'000;
static constexpr std::size_t one_text_bytes = 100'000;
static constexpr std::string_view cut_mark = "\n(cut: the JSON report has the whole text)\n";

/// Cuts texts so that the file stays readable for GitLab however much a stage has to say.
class TextBudget {
 public:
  std::string cut(std::string text) {
    const std::size_t limit = std::min(one_text_bytes, left_);
    std::size_t cost = 0;
    std::size_t kept = 0;
    while (kept < text.size() && cost + written_bytes(text[kept]) <= limit)
      cost += written_bytes(text[kept++]);
    left_ -= cost;
    if (kept == text.size()) return text;
    while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xC0) == 0x80) --kept;
    text.resize(kept);
    return text += cut_mark;
  }

 private:
  static std::size_t written_bytes(char c) { return c == '&' || c == '<' || c == '>' ? 5 : 1; }
  std::size_t left_ = all_texts_bytes;
};

/// A test case before it is written: the findings of one migration in one step.
struct TestCase {
  std::string name{};
  std::string path{};
  std::chrono::nanoseconds duration{};
  CaseStatus status = CaseStatus::passed;
  bool error = false;
  std::string text{};   ///< body of failure, error or skipped
  std::string notes{};  ///< findings below fail_on
};

class Suite {
 public:
  Suite(pugi::xml_node root, TextBudget& budget) : node_(root.append_child("testsuite")), budget_(budget) {}

  void add(const std::string& classname, const TestCase& test) {
    pugi::xml_node node = node_.append_child("testcase");
    node.append_attribute("classname") = shown_text(classname).c_str();
    node.append_attribute("name") = unique_name(classname, shown_text(test.name)).c_str();
    if (!test.path.empty()) node.append_attribute("file") = shown_text(test.path).c_str();
    node.append_attribute("time") = fmt::format("{:.6f}", seconds(test.duration)).c_str();
    ++tests_;
    if (test.error)
      add_body(node, "error", test.text, errors_);
    else if (test.status == CaseStatus::failed)
      add_body(node, "failure", test.text, failures_);
    else if (test.status == CaseStatus::skipped)
      add_body(node, "skipped", test.text, skipped_);
    if (!test.notes.empty()) node.append_child("system-out").text() = body(test.notes).c_str();
  }

  void finish(const StageReport& report) {
    node_.append_attribute("name") = shown_text(report.stage).c_str();
    node_.append_attribute("tests") = tests_;
    node_.append_attribute("failures") = failures_;
    node_.append_attribute("errors") = errors_;
    node_.append_attribute("skipped") = skipped_;
    node_.append_attribute("time") = fmt::format("{:.6f}", seconds(report.duration)).c_str();
    node_.append_attribute("timestamp") = iso_time(report.started).c_str();
  }

 private:
  std::string body(std::string_view text) { return budget_.cut(shown_text(text)); }

  void add_body(pugi::xml_node node, const char* element, std::string_view text, unsigned& count) {
    ++count;
    node.append_child(element).text() = body(text).c_str();
  }

  /// GitLab refuses nothing, but shows only one of two cases with the same classname and name.
  std::string unique_name(const std::string& classname, const std::string& name) {
    std::string unique = name;
    for (int n = 2; !names_.emplace(classname, unique).second; ++n) unique = fmt::format("{} ({})", name, n);
    return unique;
  }

  pugi::xml_node node_;
  TextBudget& budget_;
  std::set<std::pair<std::string, std::string>> names_{};
  unsigned tests_ = 0;
  unsigned failures_ = 0;
  unsigned errors_ = 0;
  unsigned skipped_ = 0;
};

static void add_finding(TestCase& test, const Finding& finding, Severity fail_on) {
  if (finding.severity >= fail_on) {
    test.status = CaseStatus::failed;
    test.text += finding.text();
  } else {
    test.notes += finding.text();
  }
  if (test.path.empty()) test.path = finding.place.path;
}

/// The step's cases in order; what is about no case of it stands in "all".
static std::vector<TestCase> test_cases(const StageReport& report, std::size_t number,
                                        const CountedLosses& losses) {
  const StepReport& step = report.steps[number];
  std::vector<TestCase> tests;
  std::map<std::string, std::size_t, std::less<>> index;
  for (const Case& c : step.outcome.cases) {
    index.emplace(c.name, tests.size());
    tests.push_back({.name = c.name, .path = c.path, .duration = c.duration, .status = c.status});
  }
  const auto find_or_add = [&](const std::string& name) -> TestCase& {
    const auto [entry, added] = index.emplace(name, tests.size());
    if (added) tests.push_back({.name = name});
    return tests[entry->second];
  };
  for (const Finding& finding : step.outcome.findings)
    if (!losses.tell(number, finding))
      add_finding(find_or_add(finding.subject.empty() ? "all" : finding.subject), finding,
                  step.outcome.fail_on);
  for (std::size_t i = 0; i < step.outcome.cases.size(); ++i) tests[i].text += step.outcome.cases[i].text;
  if (step.error) {
    TestCase& test = find_or_add("all");
    test.error = true;
    test.text += step.error->text();
    if (test.path.empty()) test.path = step.error->place().path;
  } else if (step.status == StepStatus::skipped) {
    TestCase& test = find_or_add("all");
    test.status = CaseStatus::skipped;
    if (test.text.empty()) test.text = "not run: the stage had ended before this step";
  } else if (tests.empty()) {
    const bool failed = step.status != StepStatus::passed;
    tests.push_back({.name = "all",
                     .duration = step.duration,
                     .status = failed ? CaseStatus::failed : CaseStatus::passed,
                     .text = failed ? step.outcome.summary : std::string{}});
  }
  return tests;
}

std::string junit_report(const StageReport& report) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  TextBudget budget;
  Suite suite(document.append_child("testsuites"), budget);
  if (report.error)
    suite.add(report.stage + ".plan", {.name = "all",
                                       .path = report.error->place().path,
                                       .duration = report.duration,
                                       .error = true,
                                       .text = report.error->text()});
  const CountedLosses losses(report);
  for (std::size_t step = 0; step < report.steps.size(); ++step)
    for (const TestCase& test : test_cases(report, step, losses))
      suite.add(report.stage + "." + report.steps[step].handler, test);
  suite.finish(report);
  std::ostringstream xml;
  document.save(xml, "  ", pugi::format_default, pugi::encoding_utf8);
  return xml.str();
}

}  // namespace runner
