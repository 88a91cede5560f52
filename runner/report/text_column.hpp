#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

inline constexpr std::size_t table_width_chars = 80;

std::size_t length_chars(std::string_view text);

/// One line, cut (with "...") or filled up to `width_chars`; control characters become spaces.
std::string fitted(std::string_view text, std::size_t width_chars);

struct Column {
  std::size_t most_chars = 20;
  bool gives_way = false;  ///< cut further where the line would be too long; one of them
};

/// A line for each row: cells in columns as wide as their longest one, two spaces between them.
/// Unit of `width_chars`: what a line may take at most. Rows may lack their last cells.
std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows,
                                    const std::vector<Column>& columns,
                                    std::size_t width_chars = table_width_chars);

}  // namespace runner
