#pragma once

#include "runner/migration/row_values.hpp"
#include "runner/postgres/session.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

struct RowFill {
  std::size_t rows = 40;         ///< of each table
  std::size_t first_number = 0;  ///< of the rows; others give others
  bool only_empty = true;        ///< tables that have rows are left as they are
  RowStyle style = RowStyle::varied;
  const RowShapes* also = nullptr;  ///< see RowMaking
};

struct FilledTable {
  std::string name{};
  bool had_rows = false;
  std::size_t inserted = 0;
  bool without_triggers = false;  ///< they refused the rows
  std::string problem{};          ///< what the server said last about a row that it refused
};

/// Makes up rows, parents first, and keeps those that the server takes. One round trip, and up to two more
/// where constraints or triggers are hard to please. The session should be a superuser's: row security and,
/// at last, triggers are gone round.
/// Throws: Error{environment}.
std::vector<FilledTable> fill_rows(Session& session, const RowShapes& shapes, const RowFill& fill);

}  // namespace runner
