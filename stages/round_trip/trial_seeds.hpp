#pragma once

#include "runner/core/finding.hpp"
#include "runner/crypto/batch_encryptor.hpp"
#include "runner/migration/stage_handler.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/round_trip/trial_files.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The project's own rows, which tell more than made-up ones. What does not fit the schema of the moment,
/// because that is older or newer, is said and left out.
class TrialSeeds {
 public:
  /// `which`: "none", "files", "datasets" or "all", as the step's option says. What datasets encrypt gets a
  /// key that nobody keeps. Throws: Error{usage} for a dataset or file that cannot be read.
  TrialSeeds(std::string_view which, const StepInput& in, std::chrono::milliseconds statement_timeout);

  /// Executes the SQL files, then loads the datasets that fill one of `tables`, with those that these depend
  /// on; each is one transaction. `tables` are quoted where needed.
  /// Returns the findings "seed-not-loaded".
  Findings load(const std::vector<std::string>& tables, Workplace& place);
  bool loaded() const { return loaded_ > 0; }  ///< anything, by the last call

 private:
  void load_file(const SqlFile& file, Workplace& place);
  void load_dataset_of(const Dataset& dataset, Workplace& place);
  void want(const Dataset& dataset, std::vector<const Dataset*>& wanted) const;
  std::vector<const Dataset*> datasets_for(const std::vector<std::string>& tables) const;
  void not_loaded(Finding finding, const std::string& what);

  std::chrono::milliseconds statement_timeout_;
  std::vector<SqlFile> files_{};
  DatasetFolder folder_{};
  std::optional<BatchEncryptor> encryptor_{};
  std::size_t loaded_ = 0;
  Findings findings_{};
};

}  // namespace runner
