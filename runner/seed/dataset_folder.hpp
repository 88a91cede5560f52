#pragma once

#include "runner/seed/dataset.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One table on the way of an expectation's `by`.
struct JoinStep {
  std::string column{};  ///< of the table before it, with a lookup
  TableName table{};     ///< in which the lookup finds its row
  std::string id{};
};

/// The datasets of a project.
struct DatasetFolder {
  std::filesystem::path path{};
  std::string shown_path{};
  std::vector<Dataset> datasets{};  ///< each behind those that it depends on

  const Dataset* find(std::string_view name) const;
  const Dataset* filling(const TableName& table) const;
  /// The tables between the dataset's own and the last column of `by`.
  /// Throws: Error{usage} at the expectation for a step that has no lookup.
  std::vector<JoinStep> way_of(const Dataset& dataset, const Expectation& expectation) const;
  /// The named ones in the order in which they are loaded; "all" names all.
  /// Throws: Error{usage} with the nearest name.
  std::vector<const Dataset*> chosen(std::span<const std::string> names) const;
};

/// In the datasets' folder, but no dataset: the people who log in.
inline constexpr std::string_view auth_users_file = "auth_users.yml";

/// Reads every *.yml of the folder and orders them. Throws: Error{usage} with the place: what a file gets
/// wrong, datasets that wait for each other, a lookup whose rows another dataset makes that is not waited
/// for.
DatasetFolder read_datasets(const std::filesystem::path& folder, const std::filesystem::path& root);

}  // namespace runner
