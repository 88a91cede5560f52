#include "tests/unit/report/sample_report.hpp"

namespace runner {

using namespace std::chrono_literals;

static Outcome refused_migration() {
  Outcome outcome;
  outcome.summary = "1 of 2 migrations executed";
  outcome.cases = {
      {.name = "1_clients", .duration = 12ms, .path = "migrations/1_clients.sql"},
      {.name = "2_invoices",
       .status = CaseStatus::failed,
       .duration = 3ms,
       .path = "migrations/2_invoices.sql"},
  };
  outcome.findings = {
      {.rule = "own-transaction",
       .severity = Severity::warning,
       .place = {.path = "migrations/1_clients.sql", .line = 1, .column = 1},
       .subject = "1_clients",
       .message = "runs its own transactions",
       .remedy = "Remove BEGIN and COMMIT."},
      {.rule = "sql-refused",
       .place = {.path = "migrations/2_invoices.sql",
                 .line = 3,
                 .column = 8,
                 .source_line = "SELECT amout FROM invoices;"},
       .subject = "2_invoices",
       .message = "column \"amout\" does not exist",
       .remedy = "Perhaps you meant \"amount\"."},
  };
  outcome.facts = {
      {.subject = "1_clients", .topic = topic::locks, .text = "blocks all reads and writes of clients"}};
  return outcome;
}

StageReport failed_report() {
  StageReport report;
  report.stage = "migrate:check";
  report.started = std::chrono::system_clock::from_time_t(1'773'036'000);
  report.duration = 1500ms;
  report.exit_code = ExitCode::failed;
  report.compared_with = "base commit 1a2b3c4 (merge base with main)";
  report.verdict = "failed: 1 of 2 migrations executed";
  report.steps.push_back({.handler = "history",
                          .status = StepStatus::passed,
                          .duration = 2ms,
                          .outcome = {.summary = "2 migrations in order"}});
  report.steps.push_back({.handler = "dry-run",
                          .status = StepStatus::failed,
                          .exit_code = ExitCode::failed,
                          .duration = 400ms,
                          .outcome = refused_migration()});
  report.steps.push_back({.handler = "query"});
  return report;
}

}  // namespace runner
