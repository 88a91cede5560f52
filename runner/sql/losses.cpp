#include "runner/sql/losses.hpp"

#include "runner/sql/scan.hpp"
#include "runner/sql/tree.hpp"

#include <functional>
#include <span>

namespace runner {

/// Calls `use` with the tree of a statement; not at all where the parser refuses it.
static void with_tree(std::string_view statement, const std::function<void(const PgQuery__Node&)>& use) {
  const Tree tree{std::string(statement)};
  if (tree.root() != nullptr) use(*tree.root());
}

static std::vector<std::string> names_of(const PgQuery__Node& object) {
  std::vector<std::string> names;
  Nodes parts;
  if (object.node_case == PG_QUERY__NODE__NODE_LIST) parts = {object.list->items, object.list->n_items};
  if (object.node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
    parts = {object.type_name->names, object.type_name->n_names};
  if (object.node_case == PG_QUERY__NODE__NODE_STRING) return {object.string->sval};
  for (const PgQuery__Node* part : parts)
    if (part->node_case == PG_QUERY__NODE__NODE_STRING) names.emplace_back(part->string->sval);
  return names;
}

static Loss loss_of(LossKind kind, const PgQuery__RangeVar& table) {
  return {.kind = kind, .schema = table.schemaname, .name = table.relname};
}

static void add_dropped(const PgQuery__DropStmt& drop, std::vector<Loss>& into) {
  const bool cascade = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  LossKind kind = LossKind::drop_table;
  switch (drop.remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
      break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
      kind = LossKind::drop_schema;
      if (!cascade) return;
      break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
      kind = LossKind::drop_type;
      if (!cascade) return;
      break;
    default:
      return;
  }
  for (std::size_t i = 0; i < drop.n_objects; ++i) {
    const std::vector<std::string> names = names_of(*drop.objects[i]);
    if (names.empty()) continue;
    into.push_back({.kind = kind,
                    .schema = names.size() > 1 ? names[names.size() - 2] : std::string(),
                    .name = names.back()});
  }
}

static void add_altered(const PgQuery__AlterTableStmt& alter, std::vector<Loss>& into) {
  if (alter.relation == nullptr || alter.objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) return;
  for (std::size_t i = 0; i < alter.n_cmds; ++i) {
    if (alter.cmds[i]->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    const PgQuery__AlterTableCmd& command = *alter.cmds[i]->alter_table_cmd;
    const bool drops = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn;
    if (!drops && command.subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType) continue;
    Loss loss = loss_of(drops ? LossKind::drop_column : LossKind::retype_column, *alter.relation);
    loss.column = command.name;
    into.push_back(std::move(loss));
  }
}

/// "t AS x WHERE a > 1" of "DELETE FROM ONLY t AS x WHERE a > 1 RETURNING a" and of "UPDATE t AS x SET a = 0
/// WHERE a > 1". Other tables in the statement, or a WITH before it, make that too simple: then nothing.
static std::string rows_of(std::string_view statement) {
  const std::string sql(statement);
  std::string table;
  std::string where;
  int depth = 0;
  enum class Part { start, named, between, condition } part = Part::start;
  std::size_t start = 0;
  const auto end_part = [&](std::size_t at) {
    if (part == Part::named) table = sql.substr(start, at - start);
    if (part == Part::condition) where = sql.substr(start, at - start);
  };
  for (const Token& token : scan_tokens(sql).tokens) {
    if (is_comment(token)) continue;
    if (token.is('(')) ++depth;
    if (token.is(')')) --depth;
    if (depth > 0) continue;
    const auto word = [&](std::string_view upper) { return is_word(token, sql, upper); };
    if (part == Part::start) {
      if (word("WITH")) return {};
      if (word("FROM") || word("UPDATE")) {
        part = Part::named;
        start = token.end;
      }
      continue;
    }
    if (word("USING") || (word("FROM") && part != Part::condition)) return {};
    if (word("SET") && part == Part::named) {
      end_part(token.start);
      part = Part::between;
    } else if (word("WHERE") && part != Part::condition) {
      end_part(token.start);
      part = Part::condition;
      start = token.start;
    } else if (word("RETURNING")) {
      end_part(token.start);
      part = Part::between;
    }
  }
  end_part(sql.size());
  if (where.find("CURRENT OF") != std::string::npos) return {};
  return table.empty() ? std::string() : table + " " + where;
}

static void add_losses(const PgQuery__Node& node, std::string_view statement, std::vector<Loss>& into);

static void add_from_ctes(const PgQuery__WithClause* with, std::vector<Loss>& into) {
  if (with == nullptr) return;
  for (std::size_t i = 0; i < with->n_ctes; ++i)
    if (with->ctes[i]->node_case == PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR)
      add_losses(*with->ctes[i]->common_table_expr->ctequery, {}, into);
}

static void add_written(LossKind kind, const PgQuery__RangeVar* table, std::string_view statement,
                        std::vector<Loss>& into) {
  if (table == nullptr) return;
  Loss loss = loss_of(kind, *table);
  loss.rows = rows_of(statement);
  into.push_back(std::move(loss));
}

static void add_losses(const PgQuery__Node& node, std::string_view statement, std::vector<Loss>& into) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return add_dropped(*node.drop_stmt, into);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return add_altered(*node.alter_table_stmt, into);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      for (std::size_t i = 0; i < node.truncate_stmt->n_relations; ++i)
        if (node.truncate_stmt->relations[i]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
          into.push_back(loss_of(LossKind::truncate, *node.truncate_stmt->relations[i]->range_var));
      return;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      add_from_ctes(node.delete_stmt->with_clause, into);
      return add_written(LossKind::delete_rows, node.delete_stmt->relation, statement, into);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      add_from_ctes(node.update_stmt->with_clause, into);
      return add_written(LossKind::update_rows, node.update_stmt->relation, statement, into);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return add_written(LossKind::update_rows, node.merge_stmt->relation, {}, into);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      add_from_ctes(node.insert_stmt->with_clause, into);
      if (node.insert_stmt->on_conflict_clause != nullptr &&
          node.insert_stmt->on_conflict_clause->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE)
        add_written(LossKind::update_rows, node.insert_stmt->relation, {}, into);
      return;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return add_from_ctes(node.select_stmt->with_clause, into);
    default:
      return;
  }
}

std::vector<Loss> losses_of(std::string_view statement) {
  std::vector<Loss> losses;
  with_tree(statement, [&](const PgQuery__Node& node) { add_losses(node, statement, losses); });
  return losses;
}

bool sets_search_path(std::string_view statement) {
  bool found = false;
  with_tree(statement, [&](const PgQuery__Node& node) {
    found = node.node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT &&
            std::string_view(node.variable_set_stmt->name) == "search_path";
  });
  return found;
}

}  // namespace runner
