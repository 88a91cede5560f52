#pragma once

#include "runner/postgres/session.hpp"

#include <cstddef>
#include <string>

namespace runner {

/// The first `limit` rows as a table of at most `width` columns, each line ended by '\n'. Wide cells are
/// cut, and columns that do not fit are counted instead.
std::string row_table(const Rows& rows, std::size_t limit, std::size_t width = 78);

}  // namespace runner
