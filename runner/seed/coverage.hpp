#pragma once

#include "runner/core/finding.hpp"
#include "runner/postgres/session.hpp"
#include "runner/seed/dataset_folder.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How the rows of a table spread over the classes of an expectation.
struct Distribution {
  const Dataset* dataset = nullptr;
  const Expectation* expectation = nullptr;
  std::vector<std::string> classes{};  ///< as they are written; behind them "other", where rows fit none
  struct Group {
    std::string name{};  ///< value of the `by` column; one group without a name where there is none
    std::vector<std::uint64_t> rows{};  ///< by class
  };
  std::vector<Group> groups{};

  std::uint64_t rows() const;
  std::string title() const;  ///< "payments: days_late by invoice_id.client_id.current_risk_category"
};

/// Counts the rows that are in the table now, whoever put them there.
/// Throws: Error{environment} when the table cannot be read, or its values cannot be compared with a class.
Distribution measure(Session& session, const DatasetFolder& folder, const Dataset& dataset,
                     const Expectation& expectation);

/// A finding for each class without rows, in each group that has to cover them.
Findings missing_classes(const Distribution& distribution);

/// A table of groups and classes, and a bar for each class.
std::string shown(const Distribution& distribution);

}  // namespace runner
