#pragma once

#include "runner/core/finding.hpp"
#include "runner/seed/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace runner {

/// Something wrong with a field: what the parser knows of its place is the line on which its record begins.
struct FieldFinding {
  Finding finding{};
  std::int64_t record_line = 0;  ///< from 1
  std::size_t field = 0;         ///< from 0
};

/// Fills in the places, by reading the file once more, and sorts by them. Lines' texts are left out: they
/// may be personal data. The line is the field's own, which in a record of several lines may be a later one.
Findings placed(std::vector<FieldFinding> found, const Dataset& dataset);

}  // namespace runner
