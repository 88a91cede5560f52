#pragma once

#include "runner/migration/row_shape.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// What made-up rows are like.
enum class RowStyle {
  varied,  ///< whatever the schema allows: nulls, duplicates, long texts, odd characters
  plain,   ///< nothing left out, each value another one, small numbers, digits as texts
};

struct RowMaking {
  const RowShapes& shapes;
  RowStyle style = RowStyle::varied;
  /// Shapes of the same tables at another time: rows should suit these, too. May be null.
  const RowShapes* also = nullptr;
};

/// "INSERT INTO …" for row `number` of a table. `attempt` 0 is the best guess; others try other values where
/// constraints may want them. The same arguments always give the same text.
std::string insert_statement(const TableShape& table, const RowMaking& making, std::size_t number,
                             std::size_t attempt, const Session& session);

/// The same with nothing but the columns that must be given.
std::string shortest_insert(const TableShape& table, const RowMaking& making, std::size_t number,
                            const Session& session);

}  // namespace runner
