#pragma once

#include "runner/sql/names.hpp"

#include <string>
#include <vector>

namespace runner {

/// INSERT, UPDATE, DELETE, MERGE and COPY … FROM
struct ChangeRows {
  enum class Kind { insert, update, remove, merge, copy };
  Kind kind = Kind::insert;
  QualifiedName table{};
  Expression where{};
  std::vector<std::string> columns{};  ///< that UPDATE sets
  bool overwrites_conflicts = false;   ///< ON CONFLICT DO UPDATE
  bool only_values = false;            ///< INSERT … VALUES
  bool has_limit = false;              ///< a LIMIT in a subquery: one batch of several
};
/// "INSERT", "UPDATE", "DELETE", "MERGE", "COPY"
std::string_view to_string(ChangeRows::Kind kind);

struct Truncate {
  std::vector<QualifiedName> tables{};
  bool cascade = false;
};

/// SELECT and what else only reads, and the functions that it calls
struct Query {
  std::vector<QualifiedName> functions{};
  std::vector<QualifiedName> tables{};
};

}  // namespace runner
