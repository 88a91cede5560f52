#include "stages/seed/seed_command.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/aes_gcm.hpp"
#include "runner/crypto/encryption_key.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/report/console.hpp"
#include "runner/report/shown_text.hpp"
#include "runner/seed/ciphertexts.hpp"
#include "runner/seed/coverage.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/seed/seed_files.hpp"
#include "stages/seed/seeding.hpp"
#include "stages/seed/sql_out.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view merge_request_advice = "load test data from the default branch, or by hand";

namespace {
/// What all of the commands stand on.
struct SeedProject {
  CliContext& context;
  Project project;
  Pipeline pipeline;
  HistoryTable history;
  StopSignal stop{};
  std::unique_ptr<Reporter> reporter;

  SeedProject(const CliArguments& given, CliContext& cli)
      : context(cli),
        project(find_project(given)),
        pipeline(load_project_pipeline(project, cli.handlers)),
        history(HistoryTable::parse(pipeline.history_table)),
        reporter(console_reporter(cli.log, ConsoleStyle::detect(0))) {}

  DatasetFolder datasets() const { return read_datasets(pipeline.seeds.folder, pipeline.root); }

  /// Findings and the verdict go to stderr, like those of a stage.
  int tell(const Outcome& outcome) const {
    for (const Finding& finding : outcome.findings) context.log << shown_text(finding.text());
    context.log << shown_text((outcome.failed() ? "failed: " : "passed: ") + outcome.summary) << '\n';
    return to_int(outcome.exit_code());
  }
};
}  // namespace

static std::size_t limit_of(const CliArguments& given) {
  if (!given.has("limit")) return usual_finding_limit;
  const std::string& text = given.text("limit");
  std::size_t limit = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (problem != std::errc() || end != text.data() + text.size() || limit < 1 || limit > 10000)
    throw Error{ExitCode::usage, fmt::format("--limit does not know '{}'", text)}.hint(
        "give a number from 1 to 10000");
  return limit;
}

/// The datasets that were named; all of them where none was.
static std::vector<const Dataset*> chosen(const CliArguments& given, const DatasetFolder& folder) {
  const std::vector<std::string> all{"all"};
  std::vector<const Dataset*> datasets = folder.chosen(given.positional().empty() ? all : given.positional());
  if (datasets.empty())
    throw Error{ExitCode::usage, fmt::format("there is no dataset in {}", folder.shown_path)}.hint(
        "write one: `runner schema dataset` says what it holds");
  return datasets;
}

static constexpr CliOption limit_option{
    .name = "limit", .value = "N", .help = "tell the first N bad rows; default: 20"};

// --- runner seed -------------------------------------------------------------------------------------------

static constexpr std::array seed_arguments{CliArgument{
    .name = "dataset", .help = "a dataset, or all of them: all", .required = true, .repeatable = true}};
static constexpr std::array seed_options{
    CliOption{.name = "sql-out",
              .value = "FILE|DIR",
              .help = "write SQL instead of loading: one file (*.sql), or one a dataset"},
    limit_option,
    pipeline_option,
    variable_option,
};

static int run_seed(const CliArguments& given, CliContext& context) {
  const std::size_t limit = limit_of(given);
  if (given.has("sql-out") && given.text("sql-out").empty())
    throw Error{ExitCode::usage, "--sql-out is empty"}.hint("name a file or a folder");
  const bool loads = !given.has("sql-out");
  if (loads) refuse_in_merge_request("runner seed", merge_request_advice);
  SeedProject seed(given, context);
  const DatasetFolder folder = seed.datasets();
  const std::vector<const Dataset*> datasets = chosen(given, folder);
  SeedCipher cipher(datasets);
  if (!loads)
    return seed.tell(
        write_sql(given.text("sql-out"), datasets, cipher.get(), limit, *seed.reporter, seed.stop));
  Session session = connect_to_needed_database(seed.pipeline, "runner seed", false, seed.stop);
  return seed.tell(
      load_datasets(session, datasets, cipher.get(), limit, *seed.reporter, seed.history, seed.stop));
}

const CliCommand seed_command{
    .name = "seed",
    .summary = "Load test data from CSV files, or write it as SQL",
    .arguments = seed_arguments,
    .options = seed_options,
    .details =
        "A dataset is a YAML file in the pipeline file's `seeds.folder`: which columns of\n"
        "a CSV file become which columns of a table, and how. `runner schema dataset`\n"
        "prints a JSON Schema of it.\n"
        "\n"
        "All named datasets are loaded in one transaction, each behind those that it\n"
        "depends on. A bad row is told with its line and column; then nothing is loaded.\n"
        "Values that a dataset encrypts need the key in ENCRYPTION_KEY.\n",
    .run = run_seed,
};

// --- runner seed files -------------------------------------------------------------------------------------

static constexpr std::array database_options{pipeline_option, variable_option};

static int run_files(const CliArguments& given, CliContext& context) {
  refuse_in_merge_request("runner seed files", merge_request_advice);
  SeedProject seed(given, context);
  if (seed.pipeline.seeds.files.empty())
    throw Error{ExitCode::usage, "the pipeline file names no seed files"}.hint(
        "write 'seeds: { files: [PATH] }'");
  Session session = connect_to_needed_database(seed.pipeline, "runner seed files", false, seed.stop);
  return seed.tell(run_seed_files(session, seed.pipeline.seeds.files, seed.pipeline.root, seed.history,
                                  *seed.reporter, seed.stop));
}

const CliCommand seed_files_command{
    .name = "seed files",
    .summary = "Run the SQL seed files that are new or have changed",
    .options = database_options,
    .details =
        "`seeds.files` of the pipeline file names them. Each runs in one transaction\n"
        "together with its digest in supabase_migrations.seed_files; one that has changed\n"
        "since runs again.\n",
    .run = run_files,
};

// --- runner seed report ------------------------------------------------------------------------------------

static constexpr std::array some_datasets{
    CliArgument{.name = "dataset", .help = "default: all of them", .repeatable = true}};

static int run_report(const CliArguments& given, CliContext& context) {
  SeedProject seed(given, context);
  const DatasetFolder folder = seed.datasets();
  Session session = connect_to_needed_database(seed.pipeline, "runner seed report", true, seed.stop);
  Outcome outcome;
  std::size_t expectations = 0;
  for (const Dataset* dataset : chosen(given, folder))
    for (const Expectation& expectation : dataset->expect) {
      const Distribution distribution = measure(session, folder, *dataset, expectation);
      context.out << (expectations++ == 0 ? "" : "\n") << shown_text(shown(distribution));
      for (Finding& finding : missing_classes(distribution)) outcome.findings.push_back(std::move(finding));
    }
  outcome.summary =
      outcome.findings.empty()
          ? fmt::format("{}, every class has rows", count_of(expectations, "expectation"))
          : fmt::format("{} without rows", count_of(outcome.findings.size(), "class", "classes"));
  return seed.tell(outcome);
}

const CliCommand seed_report_command{
    .name = "seed report",
    .summary = "Show how the rows spread over what decisions depend on",
    .arguments = some_datasets,
    .options = database_options,
    .details =
        "For each `expect` of the datasets: a table and a bar for each class, counted in\n"
        "the database as it is now. A class without rows is exit code 1.\n",
    .run = run_report,
};

// --- runner seed verify ------------------------------------------------------------------------------------

static constexpr std::array verify_options{limit_option, pipeline_option, variable_option};

static int run_verify(const CliArguments& given, CliContext& context) {
  const std::size_t limit = limit_of(given);
  SeedProject seed(given, context);
  const DatasetFolder folder = seed.datasets();
  Decryptor decryptor(EncryptionKey::from_environment());
  Session session = connect_to_needed_database(seed.pipeline, "runner seed verify", true, seed.stop);
  Outcome outcome;
  std::uint64_t values = 0;
  for (const Dataset* dataset : chosen(given, folder)) {
    if (!dataset->encrypts()) continue;
    const RollbackGuard guard(session);
    CiphertextCheck check = check_ciphertexts(session, *dataset, decryptor, limit);
    context.out << fmt::format("{}: {} in {}\n", dataset->table.shown(), count_of(check.values, "value"),
                               count_of(check.rows, "row"));
    values += check.values;
    for (Finding& finding : check.findings) outcome.findings.push_back(std::move(finding));
  }
  outcome.summary = outcome.findings.empty() ? fmt::format("{} decrypted", count_of(values, "value"))
                                             : fmt::format("{} not encrypted with this key",
                                                           count_of(outcome.findings.size(), "value"));
  return seed.tell(outcome);
}

const CliCommand seed_verify_command{
    .name = "seed verify",
    .summary = "Decrypt every value of the encrypted columns",
    .arguments = some_datasets,
    .options = verify_options,
    .details =
        "Of each column that a dataset encrypts, every row is read, whoever wrote it. A\n"
        "value that the key in ENCRYPTION_KEY does not decrypt, plain text above all, is\n"
        "told by its row's primary key and is exit code 1. No value is shown.\n",
    .run = run_verify,
};

}  // namespace runner
