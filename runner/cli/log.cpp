#include "runner/cli/log.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/migration.hpp"
#include "runner/report/log_report.hpp"

#include <array>
#include <charconv>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> formats{"table", "json"};
static constexpr std::size_t usual_limit = 50;
static constexpr std::size_t largest_limit = 1'000'000;

static constexpr std::array arguments{
    CliArgument{.name = "version", .help = "show all that is known of this version's entries"}};

static constexpr std::array options{
    CliOption{.name = "limit", .value = "N", .help = "show the newest N entries; default: 50"},
    CliOption{.name = "format", .value = "FORMAT", .help = "table (default) or json", .choices = formats},
    pipeline_option,
    variable_option,
};

static std::size_t limit_of(const CliArguments& given) {
  if (!given.has("limit")) return usual_limit;
  const std::string& text = given.text("limit");
  std::size_t limit = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (problem != std::errc() || end != text.data() + text.size() || limit < 1 || limit > largest_limit)
    throw Error{ExitCode::usage, fmt::format("--limit does not know '{}'", text)}.hint(
        fmt::format("give a number from 1 to {}", largest_limit));
  return limit;
}

static LogReport::Entry entry_of(LedgerEntry entry) {
  return {.id = entry.id,
          .finished = std::move(entry.finished),
          .started = std::move(entry.started),
          .action = std::move(entry.action),
          .version = std::move(entry.version),
          .name = std::move(entry.name),
          .outcome = std::move(entry.outcome),
          .batch = std::move(entry.run.batch),
          .actor = std::move(entry.run.actor),
          .commit = std::move(entry.run.commit),
          .pipeline = std::move(entry.run.pipeline),
          .job = std::move(entry.run.job),
          .runner_version = std::move(entry.runner_version),
          .digest = std::move(entry.digest),
          .rollback_digest = std::move(entry.rollback_digest),
          .proof = std::move(entry.proof),
          .restore_point = std::move(entry.restore_point),
          .duration_ms = entry.duration.value_or(std::chrono::milliseconds(0)).count(),
          .lock_wait_ms = entry.lock_wait.count(),
          .retries = entry.retries};
}

static std::string version_of(const CliArguments& given) {
  return given.positional().empty() ? std::string() : checked_version(given.positional().front());
}

static int run(const CliArguments& given, CliContext& context) {
  const std::size_t limit = limit_of(given);
  const std::string version = version_of(given);
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  const HistoryTable history = HistoryTable::parse(pipeline.history_table);
  const StopSignal stop;
  Session session = connect_to_needed_database(pipeline, "runner log", true, stop);
  LogReport report;
  report.database = "ledger of " + session.url().describe();
  report.version = version;
  report.ledger = look_at_ledger(session, history).has_value();
  if (report.ledger)
    for (LedgerEntry& entry : read_ledger(session, history, {.version = version, .limit = limit}))
      report.entries.push_back(entry_of(std::move(entry)));
  context.out << (given.text("format") == "json" ? log_json(report) : log_lines(report));
  return 0;
}

const CliCommand log_command{
    .name = "log",
    .summary = "Show what was applied, rolled back and repaired, newest first",
    .arguments = arguments,
    .options = options,
    .details =
        "Reads the ledger of the database that the pipeline file names, else of the\n"
        "local database. With a version, or with --format json, also digests, restore\n"
        "point, job and the runner's version.\n",
    .run = run,
};

}  // namespace runner
