#pragma once

#include "runner/sql/statements/create_table.hpp"

#include <optional>

namespace runner {

enum class AlterKind {
  add_column,
  drop_column,
  column_type,
  set_default,
  drop_default,
  set_not_null,
  drop_not_null,
  add_constraint,
  drop_constraint,
  validate_constraint,
  attach_partition,
  detach_partition,
  enable_trigger,
  disable_trigger,
  enable_row_security,
  disable_row_security,
  force_row_security,
  no_force_row_security,
  set_tablespace,
  set_logged,
  set_unlogged,
  set_access_method,
  set_options,  ///< of the table: fillfactor, autovacuum; of a view: security_invoker
  set_statistics,
  set_storage,
  cluster_on,
  add_identity,
  set_identity,
  drop_identity,
  drop_expression,
  inherit,
  owner,
  other,
};

/// One action of ALTER TABLE.
struct AlterAction {
  AlterKind kind = AlterKind::other;
  std::string name{};                        ///< of the column, constraint or trigger; "" for all triggers
  std::optional<ColumnDefinition> column{};  ///< add_column
  TypeName type{};                           ///< column_type
  std::string collation{};                   ///< column_type
  Expression expression{};                   ///< column_type: USING; set_default
  std::optional<Constraint> constraint{};    ///< add_constraint
  QualifiedName partition{};                 ///< attach_partition, detach_partition
  bool is_default_partition = false;
  bool concurrently = false;   ///< detach_partition
  bool user_triggers = false;  ///< enable_trigger, disable_trigger without a name: USER, not ALL
  bool if_exists = false;      ///< IF EXISTS, IF NOT EXISTS
  bool cascade = false;
  bool security_invoker = false;  ///< set_options
  std::size_t position = 0;       ///< of its keyword
};

enum class RelationKind { table, view, materialized_view, index, sequence, foreign_table, type };

struct AlterTable {
  QualifiedName table{};
  RelationKind kind = RelationKind::table;
  bool if_exists = false;
  std::vector<AlterAction> actions{};
};

struct AddedConstraint {
  const Constraint& constraint;
  const ColumnDefinition* column = nullptr;  ///< that is added with it; nullptr: by ADD CONSTRAINT
};
/// In the order of the text. They point into `alter`.
std::vector<AddedConstraint> added_constraints(const AlterTable& alter);

}  // namespace runner
