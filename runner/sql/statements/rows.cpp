#include "runner/sql/statements/rows.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

std::string_view to_string(ChangeRows::Kind kind) {
  switch (kind) {
    case ChangeRows::Kind::insert:
      return "INSERT";
    case ChangeRows::Kind::update:
      return "UPDATE";
    case ChangeRows::Kind::remove:
      return "DELETE";
    case ChangeRows::Kind::merge:
      return "MERGE";
    case ChangeRows::Kind::copy:
      return "COPY";
  }
  return "INSERT";
}

/// Batches are written as DELETE … WHERE id IN (SELECT … LIMIT n).
static bool has_limit(const ProtobufCMessage& message) {
  bool found = false;
  walk(message, [&](const ProtobufCMessage& part) {
    if (const auto* select = as<PgQuery__SelectStmt>(part, pg_query__select_stmt__descriptor))
      found |= select->limit_count != nullptr;
    return !found;
  });
  return found;
}

ChangeRows build(const PgQuery__InsertStmt& node, const Source& in) {
  ChangeRows rows{.kind = ChangeRows::Kind::insert, .table = name_of(*node.relation, in)};
  rows.overwrites_conflicts =
      node.on_conflict_clause != nullptr &&
      node.on_conflict_clause->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
  rows.only_values =
      node.select_stmt == nullptr || (node.select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                                      node.select_stmt->select_stmt->n_values_lists > 0);
  if (!rows.only_values) rows.has_limit = has_limit(node.base);
  return rows;
}

ChangeRows build(const PgQuery__UpdateStmt& node, const Source& in) {
  ChangeRows rows{.kind = ChangeRows::Kind::update,
                  .table = name_of(*node.relation, in),
                  .where = expression_of(node.where_clause, in),
                  .has_limit = has_limit(node.base)};
  for (std::size_t i = 0; i < node.n_target_list; ++i)
    if (node.target_list[i]->node_case == PG_QUERY__NODE__NODE_RES_TARGET)
      rows.columns.emplace_back(node.target_list[i]->res_target->name);
  return rows;
}

ChangeRows build(const PgQuery__DeleteStmt& node, const Source& in) {
  return {.kind = ChangeRows::Kind::remove,
          .table = name_of(*node.relation, in),
          .where = expression_of(node.where_clause, in),
          .has_limit = has_limit(node.base)};
}

ChangeRows build(const PgQuery__MergeStmt& node, const Source& in) {
  return {.kind = ChangeRows::Kind::merge, .table = name_of(*node.relation, in)};
}

ChangeRows build(const PgQuery__CopyStmt& node, const Source& in) {
  return {.kind = ChangeRows::Kind::copy, .table = name_of(*node.relation, in)};
}

static std::vector<QualifiedName> tables_of(Nodes nodes, const Source& in) {
  std::vector<QualifiedName> tables;
  for (const PgQuery__Node* node : nodes)
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) tables.push_back(name_of(*node->range_var, in));
  return tables;
}

Truncate build(const PgQuery__TruncateStmt& node, const Source& in) {
  return {.tables = tables_of({node.relations, node.n_relations}, in),
          .cascade = node.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE};
}

LockTable build(const PgQuery__LockStmt& node, const Source& in) {
  return {.tables = tables_of({node.relations, node.n_relations}, in), .mode = node.mode};
}

Query build(const PgQuery__SelectStmt& node, const Source& in) {
  Query query;
  walk(node.base, [&](const ProtobufCMessage& message) {
    if (const auto* call = as<PgQuery__FuncCall>(message, pg_query__func_call__descriptor))
      query.functions.push_back(name_of({call->funcname, call->n_funcname}, in.at(call->location)));
    if (const auto* table = as<PgQuery__RangeVar>(message, pg_query__range_var__descriptor))
      query.tables.push_back(name_of(*table, in));
    return true;
  });
  return query;
}

}  // namespace runner
