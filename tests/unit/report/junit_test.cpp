#include "runner/core/secret.hpp"
#include "runner/report/report.hpp"
#include "tests/unit/report/sample_report.hpp"

#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace runner {

static pugi::xml_document parsed(const std::string& xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_string(xml.c_str());
  EXPECT_TRUE(result) << result.description() << " in\n" << xml;
  return document;
}

static pugi::xml_node test_case(const pugi::xml_document& document, const std::string& classname,
                                const std::string& name) {
  for (const pugi::xml_node node : document.child("testsuites").child("testsuite").children("testcase"))
    if (node.attribute("classname").value() == classname && node.attribute("name").value() == name)
      return node;
  ADD_FAILURE() << "no case " << classname << " / " << name;
  return {};
}

TEST(Junit, WritesAFailedStageWhole) {
  EXPECT_EQ(junit_report(failed_report()), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="migrate:check" tests="4" failures="1" errors="0" skipped="1" time="1.500000" timestamp="2026-03-09T06:00:00Z">
    <testcase classname="migrate:check.history" name="all" time="0.002000" />
    <testcase classname="migrate:check.dry-run" name="1_clients" file="migrations/1_clients.sql" time="0.012000">
      <system-out>warning: migrations/1_clients.sql:1:1: runs its own transactions [own-transaction]
  hint: Remove BEGIN and COMMIT.
</system-out>
    </testcase>
    <testcase classname="migrate:check.dry-run" name="2_invoices" file="migrations/2_invoices.sql" time="0.003000">
      <failure>error: migrations/2_invoices.sql:3:8: column "amout" does not exist [sql-refused]
  SELECT amout FROM invoices;
         ^
  hint: Perhaps you meant "amount".
</failure>
    </testcase>
    <testcase classname="migrate:check.query" name="all" time="0.000000">
      <skipped>not run: the stage had ended before this step</skipped>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, ShowsAnErrorOfAStepBesideTheCasesItGotThrough) {
  StageReport report = failed_report();
  report.steps[1].status = StepStatus::error;
  report.steps[1].error = Error{ExitCode::environment, "extension 'pg_cron' is missing"}.hint("install it");
  const auto document = parsed(junit_report(report));
  EXPECT_STREQ(test_case(document, "migrate:check.dry-run", "all").child("error").text().get(),
               "error: extension 'pg_cron' is missing\n  hint: install it\n");
  EXPECT_TRUE(test_case(document, "migrate:check.dry-run", "2_invoices").child("failure"));
}

TEST(Junit, ShowsAnErrorOutsideAnyStep) {
  StageReport report;
  report.stage = "migrate:check";
  report.error = Error{ExitCode::environment, "cannot connect"};
  const auto document = parsed(junit_report(report));
  EXPECT_STREQ(test_case(document, "migrate:check.plan", "all").child("error").text().get(),
               "error: cannot connect\n");
}

TEST(Junit, PutsAFindingAboutNoCaseIntoTheCaseAll) {
  StageReport report = failed_report();
  report.steps[1].outcome.findings.push_back({.rule = "orphan", .message = "a rollback without a migration"});
  const auto document = parsed(junit_report(report));
  EXPECT_STREQ(test_case(document, "migrate:check.dry-run", "all").child("failure").text().get(),
               "error: a rollback without a migration [orphan]\n");
}

TEST(Junit, FailsAStepWithoutCasesOrFindings) {
  StageReport report = failed_report();
  report.steps[1].outcome = {.summary = "the program returned 7"};
  const auto document = parsed(junit_report(report));
  EXPECT_STREQ(test_case(document, "migrate:check.dry-run", "all").child("failure").text().get(),
               "the program returned 7");
}

TEST(Junit, NeverRepeatsAClassnameWithAName) {
  StageReport report = failed_report();
  report.steps.push_back(report.steps[1]);
  report.steps[1].outcome.cases.push_back(report.steps[1].outcome.cases[0]);
  const auto document = parsed(junit_report(report));
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t count = 0;
  for (const pugi::xml_node node : document.child("testsuites").child("testsuite").children("testcase")) {
    seen.emplace(node.attribute("classname").value(), node.attribute("name").value());
    ++count;
  }
  EXPECT_EQ(count, 7U);
  EXPECT_EQ(seen.size(), count);
}

TEST(Junit, HoldsNoControlCharacterBadByteOrSecret) {
  register_secret(Secret{"s3cr<t&\""});
  StageReport report = failed_report();
  Finding& finding = report.steps[1].outcome.findings[1];
  finding.message = "bad \xff byte, \x1b[31mcolour\x1b[0m, bell \x07, s3cr<t&\" and s3\x1b[0mcr<t&\"";
  finding.subject = "2_\x01odd\xc3";
  const std::string xml = junit_report(report);
  parsed(xml);
  for (const char c : xml) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << int{c};
  EXPECT_EQ(xml.find("s3cr"), std::string::npos);
  EXPECT_NE(xml.find("bad \xEF\xBF\xBD byte, colour, bell , [hidden] and [hidden]"), std::string::npos)
      << xml;
}

TEST(Junit, StaysBelowThirtyMegabytesWhateverThereIsToSay) {
  StageReport report = failed_report();
  const std::string markup(120'000, '<');
  for (int i = 0; i < 300; ++i)
    report.steps[1].outcome.findings.push_back(
        {.rule = "long", .subject = std::to_string(i) + "_long", .message = "much", .detail = markup});
  const std::string xml = junit_report(report);
  EXPECT_LT(xml.size(), 30'000'000U);
  const auto document = parsed(xml);
  EXPECT_NE(
      std::string(test_case(document, "migrate:check.dry-run", "299_long").child("failure").text().get())
          .find("the JSON report has the whole text"),
      std::string::npos);
}

}  // namespace runner
