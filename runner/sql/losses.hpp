#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runner {

enum class LossKind {
  drop_table,
  drop_column,
  retype_column,  ///< ALTER COLUMN … TYPE writes every value anew
  drop_schema,    ///< with CASCADE: every table in it
  drop_type,      ///< with CASCADE: every column of it
  truncate,
  delete_rows,
  update_rows,
};

/// Rows or values that a statement drops or overwrites.
struct Loss {
  LossKind kind = LossKind::drop_table;
  std::string schema{};  ///< "" where the statement names none
  std::string name{};    ///< of the table; of the schema or type
  std::string column{};
  /// The rows that a DELETE or UPDATE is about: the text behind FROM that, after "SELECT count(*) FROM ",
  /// counts them. Empty: all of the table, at most.
  std::string rows{};
};

/// What one statement drops or overwrites, as far as its parse tree tells; in the order of the statement.
/// What functions and DO blocks do is not seen.
std::vector<Loss> losses_of(std::string_view statement);

/// True for SET [LOCAL] search_path, which decides what the names after it mean.
bool sets_search_path(std::string_view statement);

}  // namespace runner
