#include "stages/query/query.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/assertion.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> places{"shadow", "target"};
static constexpr std::array<std::string_view, 2> severities{"error", "warning"};

static constexpr std::array options{
    OptionSpec{.name = "sql", .help = "The query; any row that it returns is a finding"},
    OptionSpec{.name = "file", .help = "An SQL file with such queries, relative to the repository root"},
    OptionSpec{.name = "on",
               .type = OptionType::choice,
               .help = "Where to ask: a shadow with the pending migrations applied, or the target",
               .default_text = "shadow",
               .choices = places},
    OptionSpec{.name = "message", .help = "What it means when rows come back"},
    OptionSpec{.name = "severity",
               .type = OptionType::choice,
               .help = "Severity of the finding; a warning does not fail the step",
               .default_text = "error",
               .choices = severities},
    OptionSpec{.name = "limit",
               .type = OptionType::integer,
               .help = "How many rows of a shadow are shown; those of a target never are",
               .default_text = "20",
               .unit = "rows",
               .min = 0,
               .max = 1000},
    OptionSpec{.name = "timeout",
               .type = OptionType::duration,
               .help = "How long the query may run",
               .default_text = "1min",
               .min = 1,
               .max = day_ms},
};

static bool asks_target(const StepInput& in) {
  return in.options.text("on") == "target";
}

static std::string intent(const StepInput& in) {
  const std::string& file = in.options.text("file");
  return fmt::format("expect no rows from {} on {}", file.empty() ? "a query" : file,
                     asks_target(in) ? "the target, read-only" : "a shadow with the pending migrations");
}

static Assertion assertion_of(const StepInput& in) {
  const bool has_sql = !in.options.text("sql").empty();
  const bool has_file = !in.options.text("file").empty();
  if (has_sql == has_file)
    throw Error{ExitCode::usage, has_sql ? "step 'query' has both 'sql' and 'file'"
                                         : "step 'query' has neither 'sql' nor 'file'"}
        .hint("give exactly one of them");
  Assertion assertion{
      .message = in.options.text("message"),
      .severity = in.options.text("severity") == "warning" ? Severity::warning : Severity::error,
      .on_target = asks_target(in),
      .rows_shown = static_cast<std::size_t>(in.options.integer("limit")),
      .timeout = in.options.duration("timeout")};
  if (has_sql) {
    assertion.sql = in.options.text("sql");
    return assertion;
  }
  const std::filesystem::path path = in.root / in.options.text("file");
  assertion.sql = read_file(path, ExitCode::usage);
  assertion.shown_path = display_path(path, in.root);
  return assertion;
}

static std::string name_of(const Assertion& assertion) {
  if (!assertion.shown_path.empty()) return assertion.shown_path;
  return assertion.message.empty() ? "all" : assertion.message;
}

static Outcome run(const StepInput& in, Services& use) {
  const Assertion assertion = assertion_of(in);
  if (assertion.on_target && use.target == nullptr)
    throw Error{ExitCode::usage, "step 'query' asks the target, but there is none"}.hint(
        "set DATABASE_URL, or write `on: shadow`");
  std::unique_ptr<Shadow> shadow;
  std::optional<Session> own;
  if (!assertion.on_target) {
    shadow = use.shadows.with_pending(in.plan);
    own = shadow->connect();
  }
  const auto started = std::chrono::steady_clock::now();
  Outcome outcome;
  outcome.findings = ask(assertion, own ? *own : *use.target);
  outcome.cases = {{.name = name_of(assertion),
                    .status = outcome.failed() ? CaseStatus::failed : CaseStatus::passed,
                    .duration = std::chrono::steady_clock::now() - started}};
  outcome.summary = outcome.findings.empty() ? "no rows, as expected" : outcome.findings.front().message;
  return outcome;
}

const StageHandler query{
    .name = "query",
    .summary = "Ask an SQL query that must return no rows",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
