#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// Part of an SQL text, in byte offsets: a statement, and the place in it that is wrong.
struct ExcerptRange {
  std::size_t from = 0;
  std::size_t to = 0;
  std::optional<std::size_t> mark{};  ///< nothing: no caret, the statement's first lines are shown
};

/// At most seven lines of a statement with their numbers in a gutter and a caret below the mark, each
/// ended by '\n' and at most `width` columns wide. The statement's first line is always among them.
std::string sql_excerpt(std::string_view sql, const ExcerptRange& range, std::size_t width = 78);

/// Columns that a terminal gives a text: wide characters (East Asian, emoji) take two, combining ones none.
std::size_t display_width(std::string_view utf8);

}  // namespace runner
