#pragma once

#include "runner/migration/row_shape.hpp"
#include "runner/postgres/session.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Which tables migrations and their rollbacks touch.
struct TouchedTables {
  std::vector<std::string> before{};  ///< that exist before, by qualified name
  /// What the migrations make of them, with new tables; empty where they could not be executed.
  RowShapes after{};
  bool rehearsed = false;  ///< the migrations were executed in a transaction, with success
};

/// Executes the texts in a transaction that is rolled back, and reads whose locks it then has: dynamic SQL
/// and functions show, too. Where a text cannot run in one transaction, or is refused, the names in its
/// statements are taken. Leaves the session idle, and sequences as they were.
/// `ups` in order, `downs` newest first.
/// Throws: Error{environment} when the connection breaks.
TouchedTables touched_tables(std::span<const std::string_view> ups, std::span<const std::string_view> downs,
                             Session& session, std::string_view excluded_schema);

}  // namespace runner
