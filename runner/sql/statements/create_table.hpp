#pragma once

#include "runner/sql/names.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

enum class ConstraintKind { check, foreign_key, primary_key, unique, exclusion };
/// "check constraint", "foreign key", …
std::string_view to_string(ConstraintKind kind);

/// A constraint as a statement writes it, of a table or of one column.
struct Constraint {
  ConstraintKind kind = ConstraintKind::check;
  std::string name{};  ///< "" where PostgreSQL chooses one
  std::vector<std::string> columns{};
  QualifiedName referenced{};  ///< foreign_key
  std::vector<std::string> referenced_columns{};
  bool not_valid = false;
  std::string using_index{};
  Expression check{};
  std::size_t position = 0;
};

/// A column as CREATE TABLE, ADD COLUMN or a composite type writes it.
struct ColumnDefinition {
  std::string name{};
  TypeName type{};
  bool not_null = false;
  bool is_identity = false;
  bool is_generated = false;  ///< GENERATED ALWAYS AS (…) STORED
  Expression default_value{};
  std::string collation{};
  std::vector<Constraint> constraints{};
  std::size_t position = 0;

  bool has(ConstraintKind kind) const;
};

struct CreateTable {
  QualifiedName table{};
  bool if_not_exists = false;
  bool temporary = false;
  bool unlogged = false;
  bool partitioned = false;
  std::vector<ColumnDefinition> columns{};
  std::vector<Constraint> constraints{};  ///< of the table and of its columns
  std::vector<QualifiedName> inherits{};  ///< INHERITS; not of a partition
  QualifiedName partition_of{};
  bool is_default_partition = false;
  std::vector<QualifiedName> like{};
};

}  // namespace runner
