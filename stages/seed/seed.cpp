#include "stages/seed/seed.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/seed/coverage.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/seed/seed_files.hpp"
#include "stages/seed/seeding.hpp"

#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::array options{
    OptionSpec{
        .name = "datasets",
        .type = OptionType::text_list,
        .help = "Datasets of the folder `seeds.folder` that are loaded, in the order of their dependencies",
        .default_text = "all"},
    OptionSpec{.name = "files",
               .type = OptionType::boolean,
               .help = "Whether the SQL files of `seeds.files` run before, where they are new or changed",
               .default_text = "true"},
    OptionSpec{.name = "limit",
               .type = OptionType::integer,
               .help = "How many bad rows are told",
               .default_text = "20",
               .unit = "rows",
               .min = 1,
               .max = 10000},
};

static std::string intent(const StepInput& in) {
  return fmt::format("load {} into the target, in one transaction",
                     fmt::join(in.options.list("datasets"), ", "));
}

static void add_expectations(Session& session, const DatasetFolder& folder,
                             std::span<const Dataset* const> datasets, Outcome& outcome, Reporter& reporter) {
  for (const Dataset* dataset : datasets)
    for (const Expectation& expectation : dataset->expect) {
      const Distribution distribution = measure(session, folder, *dataset, expectation);
      reporter.say(shown(distribution));
      Findings missing = missing_classes(distribution);
      outcome.cases.push_back({.name = distribution.title(),
                               .status = missing.empty() ? CaseStatus::passed : CaseStatus::failed,
                               .path = dataset->shown_path});
      outcome.findings.insert(outcome.findings.end(), missing.begin(), missing.end());
    }
  if (outcome.failed())
    outcome.summary +=
        fmt::format("; {} without rows", count_of(outcome.findings.size(), "class", "classes"));
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "step 'seed' loads rows into the target, but there is none"}.hint(
        "set DATABASE_URL");
  const DatasetFolder folder = read_datasets(in.seeds.folder, in.root);
  const std::vector<const Dataset*> datasets = folder.chosen(in.options.list("datasets"));
  SeedCipher cipher(datasets);
  Outcome outcome;
  if (in.options.boolean("files"))
    outcome += run_seed_files(*use.target, in.seeds.files, in.root, in.history, use.reporter, use.stop);
  if (outcome.failed()) return outcome;
  Outcome loaded = load_datasets(*use.target, datasets, cipher.get(),
                                 static_cast<std::size_t>(in.options.integer("limit")), use.reporter,
                                 in.history, use.stop);
  outcome.summary = loaded.summary;
  outcome += std::move(loaded);
  if (!outcome.failed()) add_expectations(*use.target, folder, datasets, outcome, use.reporter);
  return outcome;
}

const StageHandler seed_step{
    .name = "seed",
    .summary = "Load test data from CSV files, and see that it covers what it must",
    .options = options,
    .writes = true,
    .intent = intent,
    .run = run,
};

}  // namespace runner
