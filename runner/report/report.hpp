#pragma once

#include "runner/core/run_report.hpp"

#include <string>

namespace runner {

/// JUnit XML as GitLab reads it: classname "<stage>.<handler>", a failure for each case with findings at
/// or above the step's fail_on, an error for an Error, skipped for steps that did not run. Findings below
/// fail_on stand in system-out. Long texts are cut so that the file stays below GitLab's 30 MB.
/// Source: gitlab-org/gitlab, lib/gitlab/ci/parsers/test/junit.rb.
std::string junit_report(const StageReport& report);

/// The same as JSON, for programs. Fields are only added while "format" stays 1:
///
///   format         1
///   stage          "migrate:check"
///   started        UTC, "2026-03-09T06:00:00Z"
///   duration_us    whole microseconds
///   exit_code      what the process returns
///   meaning        the exit code in words
///   verdict        "passed: …" or "failed: …", the console's last line
///   compared_with  where the applied versions came from
///   error          null, or what kept the stage from running: exit_code, message, reason, hint, path, line,
///                  column
///   steps[]        in order
///     handler      "dry-run"
///     status       passed | failed | error | skipped | interrupted
///     exit_code, duration_us
///     summary      one line
///     fail_on      the severity from which findings fail the step: info | warning | error
///     findings[]   rule, severity, migration ("<version>_<name>" or null), path, line, column, message,
///                  remedy, detail
///     cases[]      name, path, status (passed | failed | skipped), duration_us, text
///     facts[]      migration ("<version>_<name>"), topic (locks | rewrite or scan | way back | data loss),
///                  text: what is good to know of a migration and no finding; a topic may come several times
///     error        as above
///
/// path, line and column are null where they are not known; lines and columns (characters) count from 1.
std::string json_report(const StageReport& report);

/// Findings as GitLab's Code Quality widget reads them: one JSON array of description, check_name,
/// fingerprint, severity (info | minor | critical), location.path and location.lines.begin. A fingerprint is
/// made of rule, path and the statement's words, so that it stays when lines move. A finding without a file
/// is left out: GitLab would read no further. Source: gitlab-org/gitlab,
/// lib/gitlab/ci/parsers/codequality/code_climate.rb.
std::string code_quality_report(const StageReport& report);

/// A summary for a merge request, in GitLab Flavored Markdown: the verdict, a row per migration (locks,
/// rewrite or scan, way back, data loss), the findings, and a Mermaid graph of the tiers. Names and messages
/// come from files: they are escaped, so that none is markup, a mention or a link.
std::string markdown_report(const StageReport& report);

}  // namespace runner
