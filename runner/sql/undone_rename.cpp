#include "runner/sql/undone_rename.hpp"

#include "runner/sql/tree.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

/// The last name of what an ALTER is about: of a list, a name with arguments, or a single name.
static char** last_name(PgQuery__Node* object) {
  if (object == nullptr) return nullptr;
  std::span<PgQuery__Node* const> parts;
  switch (object->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
      return &object->string->sval;
    case PG_QUERY__NODE__NODE_LIST:
      parts = {object->list->items, object->list->n_items};
      break;
    case PG_QUERY__NODE__NODE_TYPE_NAME:
      parts = {object->type_name->names, object->type_name->n_names};
      break;
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
      parts = {object->object_with_args->objname, object->object_with_args->n_objname};
      break;
    default:
      return nullptr;
  }
  if (parts.empty() || parts.back()->node_case != PG_QUERY__NODE__NODE_STRING) return nullptr;
  return &parts.back()->string->sval;
}

/// The schema of the same, where one is written.
static char** schema_name(PgQuery__Node* object) {
  std::span<PgQuery__Node* const> parts;
  if (object == nullptr) return nullptr;
  if (object->node_case == PG_QUERY__NODE__NODE_LIST) parts = {object->list->items, object->list->n_items};
  if (object->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
    parts = {object->type_name->names, object->type_name->n_names};
  if (object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
    parts = {object->object_with_args->objname, object->object_with_args->n_objname};
  if (parts.size() < 2 || parts[parts.size() - 2]->node_case != PG_QUERY__NODE__NODE_STRING) return nullptr;
  return &parts[parts.size() - 2]->string->sval;
}

/// A part of a table has its old name in `subname`; a table has it in `relation`, anything else in `object`.
static bool swap_names(PgQuery__RenameStmt& rename) {
  char** old = nullptr;
  if (rename.subname != nullptr && *rename.subname != '\0')
    old = &rename.subname;
  else if (rename.relation != nullptr)
    old = &rename.relation->relname;
  else
    old = last_name(rename.object);
  if (old == nullptr) return false;
  std::swap(*old, rename.newname);
  return true;
}

static bool swap_schemas(PgQuery__AlterObjectSchemaStmt& move) {
  char** old = move.relation != nullptr ? &move.relation->schemaname : schema_name(move.object);
  if (old == nullptr || **old == '\0') return false;
  std::swap(*old, move.newschema);
  return true;
}

static UndoneRename undone(Tree& tree, bool swapped) {
  if (!swapped) return {.renames = true, .why_not = "the statement does not name the schema that it was in"};
  return {.renames = true, .sql = tree.deparsed()};
}

UndoneRename undone_rename(std::string_view statement) {
  Tree tree{std::string(statement)};
  PgQuery__Node* node = tree.root();
  if (node == nullptr) return {};
  if (node->node_case == PG_QUERY__NODE__NODE_RENAME_STMT)
    return undone(tree, swap_names(*node->rename_stmt));
  if (node->node_case == PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT)
    return undone(tree, swap_schemas(*node->alter_object_schema_stmt));
  if (node->node_case == PG_QUERY__NODE__NODE_ALTER_ENUM_STMT && *node->alter_enum_stmt->old_val != '\0') {
    std::swap(node->alter_enum_stmt->old_val, node->alter_enum_stmt->new_val);
    return undone(tree, true);
  }
  return {};
}

}  // namespace runner
