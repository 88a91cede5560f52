#include "runner/sql/statements/alter_table.hpp"

#include "runner/sql/statements/build.hpp"

#include <utility>

namespace runner {

static AlterKind kind_of(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
      return AlterKind::add_column;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
      return AlterKind::drop_column;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
      return AlterKind::column_type;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
      return command.def != nullptr ? AlterKind::set_default : AlterKind::drop_default;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
      return AlterKind::set_not_null;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
      return AlterKind::drop_not_null;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
      return AlterKind::add_constraint;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
      return AlterKind::drop_constraint;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
      return AlterKind::validate_constraint;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
      return AlterKind::attach_partition;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
      return AlterKind::detach_partition;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser:
      return AlterKind::enable_trigger;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser:
      return AlterKind::disable_trigger;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity:
      return AlterKind::enable_row_security;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRowSecurity:
      return AlterKind::disable_row_security;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity:
      return AlterKind::force_row_security;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_NoForceRowSecurity:
      return AlterKind::no_force_row_security;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace:
      return AlterKind::set_tablespace;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged:
      return AlterKind::set_logged;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged:
      return AlterKind::set_unlogged;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetAccessMethod:
      return AlterKind::set_access_method;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions:
      return AlterKind::set_options;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions:
      return AlterKind::set_statistics;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetCompression:
      return AlterKind::set_storage;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster:
      return AlterKind::cluster_on;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity:
      return AlterKind::add_identity;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity:
      return AlterKind::set_identity;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity:
      return AlterKind::drop_identity;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropExpression:
      return AlterKind::drop_expression;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit:
      return AlterKind::inherit;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
      return AlterKind::owner;
    default:
      return AlterKind::other;
  }
}

static RelationKind relation_kind(PgQuery__ObjectType type) {
  switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
      return RelationKind::view;
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
      return RelationKind::materialized_view;
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
      return RelationKind::index;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
      return RelationKind::sequence;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
      return RelationKind::foreign_table;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
      return RelationKind::type;
    default:
      return RelationKind::table;
  }
}

static void use_definition(AlterAction& action, const PgQuery__Node& definition, const Source& in) {
  switch (definition.node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_DEF: {
      const PgQuery__ColumnDef& column = *definition.column_def;
      if (action.kind == AlterKind::add_column) {
        action.column = column_of(column, in);
        action.name = action.column->name;
      } else {
        action.type = type_of(column.type_name, in);
        action.expression = expression_of(column.raw_default, in);
        if (column.coll_clause != nullptr)
          action.collation = name_of({column.coll_clause->collname, column.coll_clause->n_collname}, 0).str();
      }
      return;
    }
    case PG_QUERY__NODE__NODE_CONSTRAINT:
      if (action.kind != AlterKind::add_constraint) return;
      action.constraint = constraint_of(*definition.constraint, in);
      if (action.constraint) action.name = action.constraint->name;
      return;
    case PG_QUERY__NODE__NODE_PARTITION_CMD: {
      const PgQuery__PartitionCmd& partition = *definition.partition_cmd;
      action.partition = name_of(*partition.name, in);
      action.concurrently = partition.concurrent != 0;
      action.is_default_partition = partition.bound != nullptr && partition.bound->is_default != 0;
      return;
    }
    case PG_QUERY__NODE__NODE_LIST:
      action.security_invoker =
          option_value({definition.list->items, definition.list->n_items}, "security_invoker")
              .value_or(false);
      return;
    default:
      if (action.kind == AlterKind::set_default) action.expression = expression_of(&definition, in);
  }
}

/// Where each action starts: the first token, and each one behind a comma outside parentheses. The tree tells
/// no location for most of them.
static std::vector<std::size_t> action_positions(const PgQuery__RangeVar& table, const Source& in) {
  std::vector<std::size_t> starts;
  int depth = 0;
  bool in_name = true;  // [schema .] name [*]
  bool expected = true;
  for (const Token& token : in.tokens) {
    if (token.start < in.at(table.location) || is_comment(token)) continue;
    if (std::exchange(in_name, false)) continue;
    if (starts.empty() && (token.is('.') || token.is('*'))) {
      in_name = token.is('.');
      continue;
    }
    if (expected) starts.push_back(token.start);
    expected = depth == 0 && token.is(',');
    if (token.is('(')) ++depth;
    if (token.is(')')) --depth;
  }
  return starts;
}

AlterTable build(const PgQuery__AlterTableStmt& node, const Source& in) {
  AlterTable alter{.table = name_of(*node.relation, in),
                   .kind = relation_kind(node.objtype),
                   .if_exists = node.missing_ok != 0};
  const std::vector<std::size_t> positions = action_positions(*node.relation, in);
  for (std::size_t i = 0; i < node.n_cmds; ++i) {
    if (node.cmds[i]->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    const PgQuery__AlterTableCmd& command = *node.cmds[i]->alter_table_cmd;
    AlterAction action{.kind = kind_of(command),
                       .name = command.name,
                       .if_exists = command.missing_ok != 0,
                       .cascade = command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE,
                       .position = i < positions.size() ? positions[i] : in.offset};
    action.user_triggers = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser ||
                           command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser;
    if (command.def != nullptr) use_definition(action, *command.def, in);
    alter.actions.push_back(std::move(action));
  }
  return alter;
}

std::vector<AddedConstraint> added_constraints(const AlterTable& alter) {
  std::vector<AddedConstraint> added;
  for (const AlterAction& action : alter.actions) {
    if (action.constraint) added.push_back({*action.constraint});
    if (!action.column) continue;
    for (const Constraint& constraint : action.column->constraints)
      added.push_back({constraint, &*action.column});
  }
  return added;
}

}  // namespace runner
