#include "stages/round_trip/trial_seeds.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/crypto/encryption_key.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/seed/load.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace runner {

TrialSeeds::TrialSeeds(std::string_view which, const StepInput& in,
                       std::chrono::milliseconds statement_timeout)
    : statement_timeout_(statement_timeout) {
  if (which == "files" || which == "all")
    for (const std::filesystem::path& path : in.seeds.files)
      files_.push_back({read_file(path, ExitCode::usage), display_path(path, in.root)});
  if (which != "datasets" && which != "all") return;
  folder_ = read_datasets(in.seeds.folder, in.root);
  if (std::any_of(folder_.datasets.begin(), folder_.datasets.end(),
                  [](const Dataset& dataset) { return dataset.encrypts(); }))
    encryptor_.emplace(EncryptionKey::random());
}

void TrialSeeds::not_loaded(Finding finding, const std::string& what) {
  finding.rule = "seed-not-loaded";
  finding.severity = Severity::info;
  finding.message = fmt::format("{} is not loaded before the migration: {}", what, finding.message);
  finding.remedy.clear();
  finding.detail.clear();  // its lines hold rows
  finding.place.source_line.clear();
  findings_.push_back(std::move(finding));
}

void TrialSeeds::load_file(const SqlFile& file, Workplace& place) {
  if (auto refused = execute_files({file}, place, statement_timeout_))
    not_loaded(std::move(refused->finding), "the seed file");
  else
    ++loaded_;
}

void TrialSeeds::want(const Dataset& dataset, std::vector<const Dataset*>& wanted) const {
  if (std::find(wanted.begin(), wanted.end(), &dataset) != wanted.end()) return;
  for (const std::string& name : dataset.depends_on)
    if (const Dataset* before = folder_.find(name)) want(*before, wanted);
  wanted.push_back(&dataset);
}

std::vector<const Dataset*> TrialSeeds::datasets_for(const std::vector<std::string>& tables) const {
  std::vector<const Dataset*> wanted;
  for (const Dataset& dataset : folder_.datasets)
    if (std::find(tables.begin(), tables.end(), dataset.table.written()) != tables.end())
      want(dataset, wanted);
  return wanted;
}

void TrialSeeds::load_dataset_of(const Dataset& dataset, Workplace& place) {
  const std::string what = "dataset " + dataset.name;
  Session& session = place.owner();
  RollbackGuard guard(session);
  session.query(fmt::format("BEGIN; SET LOCAL statement_timeout = {}", statement_timeout_.count()),
                "begin a transaction");
  try {
    LoadResult result = load_dataset(session, dataset, encryptor_ ? &*encryptor_ : nullptr, 1,
                                     [](const RowMaker&, LoadPhase) {});
    if (!result.findings.empty()) return not_loaded(std::move(result.findings.front()), what);
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;  // a table or column that is not there, or not yet
    return not_loaded({.place = {.path = dataset.shown_path}, .message = error.message()}, what);
  }
  const StatementResult done = session.execute("COMMIT");
  if (done.error)
    return not_loaded({.place = {.path = dataset.shown_path}, .message = done.error->message}, what);
  ++loaded_;
}

Findings TrialSeeds::load(const std::vector<std::string>& tables, Workplace& place) {
  loaded_ = 0;
  if (tables.empty()) return {};
  for (const SqlFile& file : files_) load_file(file, place);
  for (const Dataset* dataset : datasets_for(tables)) load_dataset_of(*dataset, place);
  place.renew();  // what a file has SET
  return std::exchange(findings_, {});
}

}  // namespace runner
