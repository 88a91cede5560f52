#pragma once

#include "runner/core/place.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

enum class Severity { info, warning, error };
std::string_view to_string(Severity severity);

/// Something wrong with a migration.
struct Finding {
  std::string rule{};  ///< kebab-case: "out-of-order", "sql-refused"
  Severity severity = Severity::error;
  Place place{};
  std::string subject{};  ///< the migration's "<version>_<name>"; empty when it is about all of them
  std::string message{};  ///< lower case, one line
  std::string remedy{};   ///< what to do; commands in it can be pasted as they are
  std::string detail{};   ///< further lines: caret, SQLSTATE, DETAIL, HINT; may be empty
  /// Where it is about rows or values that go: tables and columns, "public.invoices.note". A step that reads
  /// writes names as it finds them, one that executes with their schema, quoted where needed.
  std::vector<std::string> lost{};

  /// As the console shows it, ended by '\n'.
  std::string text() const;
};

using Findings = std::vector<Finding>;

}  // namespace runner
