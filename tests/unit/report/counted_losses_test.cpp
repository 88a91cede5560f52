#include "runner/report/report.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static Finding loss(std::string rule, std::string path, std::string message, std::vector<std::string> lost) {
  return {.rule = std::move(rule),
          .severity = Severity::warning,
          .place = {.path = std::move(path), .line = 1, .column = 1},
          .subject = "1_a",
          .message = std::move(message),
          .lost = std::move(lost)};
}

static Finding foretold(std::vector<std::string> lost) {
  return loss("irreversible", "migrations/1_a.sql", "no rollback brings it back", std::move(lost));
}

/// What lint foretells and round-trip counts.
static StageReport report_of(Finding told, Finding counted) {
  StageReport report;
  report.stage = "migrate:check";
  report.steps.push_back({.handler = "lint", .outcome = {.findings = {std::move(told)}}});
  report.steps.push_back({.handler = "round-trip", .outcome = {.findings = {std::move(counted)}}});
  return report;
}

static const Finding counted = loss("rollback-loses-data", "rollbacks/1_a.rollback.sql",
                                    "rollback loses it: 40 of 40 rows", {"public.\"Invoices\".note"});

static bool says(const std::string& report, const std::string& words) {
  return report.find(words) != std::string::npos;
}

TEST(CountedLosses, AreSaidOnceInReportsForPeople) {
  for (const char* lost : {"Invoices.note", "public.Invoices.note"}) {
    const StageReport report = report_of(foretold({lost}), counted);
    for (const std::string& text :
         {markdown_report(report), code_quality_report(report), junit_report(report)}) {
      EXPECT_FALSE(says(text, "brings it back")) << text;
      EXPECT_TRUE(says(text, "40 of 40 rows")) << text;
    }
    EXPECT_TRUE(says(markdown_report(report), "## 1 finding\n"));
    EXPECT_TRUE(says(json_report(report), "brings it back")) << "programs read all findings";
  }
}

TEST(CountedLosses, LeaveTheRestAsItIs) {
  Finding failing = foretold({"Invoices.note"});
  failing.severity = Severity::error;
  Finding of_another = foretold({"Invoices.note"});
  of_another.subject = "2_b";
  for (const Finding& told : {failing, of_another, foretold({"Invoices"}), foretold({"Invoices.id"}),
                              foretold({"app.Invoices.note"}), foretold({})}) {
    const StageReport report = report_of(told, counted);
    for (const std::string& text :
         {markdown_report(report), code_quality_report(report), junit_report(report)})
      EXPECT_TRUE(says(text, "brings it back")) << text;
  }
}

TEST(CountedLosses, HideNothingThatIsWorse) {
  StageReport report = report_of(foretold({"Invoices.note"}), counted);
  report.steps[1].outcome.findings[0].severity = Severity::info;
  EXPECT_TRUE(says(markdown_report(report), "brings it back"));
  report = report_of(counted, foretold({"public.Invoices.note"}));
  EXPECT_TRUE(says(markdown_report(report), "brings it back")) << "only a later step knows more";
}

}  // namespace runner
