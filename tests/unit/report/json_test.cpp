#include "runner/core/secret.hpp"
#include "runner/report/report.hpp"
#include "tests/unit/report/sample_report.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

TEST(JsonReport, WritesEveryDocumentedField) {
  StageReport report = failed_report();
  report.steps.erase(report.steps.begin());
  report.steps[0].outcome.findings.erase(report.steps[0].outcome.findings.begin());
  report.steps[0].outcome.cases.erase(report.steps[0].outcome.cases.begin());
  report.steps[0].outcome.statements = {
      {.subject = "1_clients",
       .place = {.path = "migrations/1_clients.sql", .line = 2, .column = 1},
       .command = "ALTER",
       .duration = std::chrono::milliseconds(1),
       .text = "blocks all reads and writes of clients while every row is rewritten",
       .locks = {{.relation = "clients", .mode = "ACCESS EXCLUSIVE", .since_line = 2}},
       .work = {{.kind = "rewrite", .relation = "clients"}},
       .sizes = {{.relation = "clients", .bytes = 8192}}}};
  report.steps[1].status = StepStatus::error;
  report.steps[1].exit_code = ExitCode::environment;
  report.steps[1].error = Error{ExitCode::environment, "no such file"}.because("gone").hint("look");
  const Json expected = Json::parse(R"json({
    "format": 1, "stage": "migrate:check", "started": "2026-03-09T06:00:00Z", "duration_us": 1500000,
    "exit_code": 1, "meaning": "a check failed, or a migration's SQL was refused",
    "verdict": "failed: 1 of 2 migrations executed",
    "compared_with": "base commit 1a2b3c4 (merge base with main)", "error": null,
    "steps": [
      {"handler": "dry-run", "status": "failed", "exit_code": 1, "duration_us": 400000,
       "summary": "1 of 2 migrations executed", "fail_on": "error",
       "findings": [{"rule": "sql-refused", "severity": "error", "migration": "2_invoices",
         "path": "migrations/2_invoices.sql", "line": 3, "column": 8,
         "message": "column \"amout\" does not exist", "remedy": "Perhaps you meant \"amount\".",
         "detail": ""}],
       "cases": [{"name": "2_invoices", "path": "migrations/2_invoices.sql", "status": "failed",
         "duration_us": 3000, "text": ""}],
       "facts": [{"migration": "1_clients", "topic": "locks",
         "text": "blocks all reads and writes of clients"}],
       "statements": [{"migration": "1_clients", "path": "migrations/1_clients.sql", "line": 2, "column": 1,
         "command": "ALTER", "duration_us": 1000, "in_transaction": true,
         "text": "blocks all reads and writes of clients while every row is rewritten",
         "locks": [{"relation": "clients", "mode": "ACCESS EXCLUSIVE", "since_line": 2}],
         "work": [{"kind": "rewrite", "relation": "clients", "index": null}],
         "sizes": [{"relation": "clients", "rows": null, "bytes": 8192}]}],
       "error": null},
      {"handler": "query", "status": "error", "exit_code": 3, "duration_us": 0, "summary": "",
       "fail_on": "error", "findings": [], "cases": [], "facts": [], "statements": [],
       "error": {"exit_code": 3, "message": "no such file", "reason": "gone", "hint": "look",
                 "path": null, "line": null, "column": null}}]
})json");
  EXPECT_EQ(Json::parse(json_report(report)).dump(1), expected.dump(1));
}

TEST(JsonReport, HoldsNoBadByteOrSecret) {
  register_secret(Secret{"pass\"word\\"});
  StageReport report = failed_report();
  report.verdict = "failed: \xff pass\"word\\ \x1b[1mbold";
  const Json json = Json::parse(json_report(report));
  EXPECT_EQ(json["verdict"], "failed: \xEF\xBF\xBD [hidden] bold");
}

}  // namespace runner
