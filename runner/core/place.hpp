#pragma once

#include <string>

namespace runner {

/// Where something is wrong. Lines and columns count from 1; 0 means "not known".
/// Columns count characters (code points), as editors and PostgreSQL do.
struct Place {
  std::string path{};  ///< relative to the repository root where it lies inside
  int line = 0;
  int column = 0;
  std::string source_line{};  ///< the line's text, without its end; empty when not known

  bool known() const { return !path.empty(); }
  /// "path", "path:line" or "path:line:column", as far as known.
  std::string str() const;
  /// The source line and a caret below the column, each indented by two spaces and ended by '\n';
  /// empty without a source line. Long lines are cut around the column to fit 78 columns.
  std::string excerpt() const;
};

}  // namespace runner
