#include "runner/sql/statements/drop.hpp"

#include "runner/sql/statements/build.hpp"

#include <algorithm>
#include <utility>

namespace runner {

std::string_view to_string(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::table:
      return "table";
    case ObjectKind::view:
      return "view";
    case ObjectKind::materialized_view:
      return "materialized view";
    case ObjectKind::foreign_table:
      return "foreign table";
    case ObjectKind::index:
      return "index";
    case ObjectKind::sequence:
      return "sequence";
    case ObjectKind::schema:
      return "schema";
    case ObjectKind::database:
      return "database";
    case ObjectKind::type:
      return "type";
    case ObjectKind::domain:
      return "domain";
    case ObjectKind::function:
      return "function";
    case ObjectKind::procedure:
      return "procedure";
    case ObjectKind::trigger:
      return "trigger";
    case ObjectKind::policy:
      return "policy";
    case ObjectKind::rule:
      return "rule";
    case ObjectKind::extension:
      return "extension";
    case ObjectKind::column:
      return "column";
    case ObjectKind::constraint:
      return "constraint";
    case ObjectKind::attribute:
      return "attribute";
    case ObjectKind::other:
      break;
  }
  return "object";
}

ObjectKind object_kind(PgQuery__ObjectType type) {
  switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
      return ObjectKind::table;
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
      return ObjectKind::view;
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
      return ObjectKind::materialized_view;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
      return ObjectKind::foreign_table;
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
      return ObjectKind::index;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
      return ObjectKind::sequence;
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
      return ObjectKind::schema;
    case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE:
      return ObjectKind::database;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
      return ObjectKind::type;
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
      return ObjectKind::domain;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
      return ObjectKind::function;
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
      return ObjectKind::procedure;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
      return ObjectKind::trigger;
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
      return ObjectKind::policy;
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
      return ObjectKind::rule;
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION:
      return ObjectKind::extension;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
      return ObjectKind::column;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
      return ObjectKind::constraint;
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
      return ObjectKind::attribute;
    default:
      return ObjectKind::other;
  }
}

static bool belongs_to_table(ObjectKind kind) {
  return kind == ObjectKind::trigger || kind == ObjectKind::policy || kind == ObjectKind::rule;
}

/// A name's text without its quotes, as the scanner's tokens have it.
static bool names(const Token& token, std::string_view sql, std::string_view name) {
  std::string_view text = token_text(token, sql);
  if (text.size() > 1 && text.front() == '"') return text.substr(1, text.size() - 2) == name;
  return text.size() == name.size() && std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

/// Behind DROP, the kind's words, CONCURRENTLY and IF EXISTS: a name may be one of these words, too.
static std::size_t names_start(ObjectKind kind, const Source& in) {
  const std::string_view words = to_string(kind);
  std::size_t skipped = 2 + static_cast<std::size_t>(std::count(words.begin(), words.end(), ' '));
  for (const Token& token : in.tokens) {
    if (is_comment(token)) continue;
    if (skipped > 0) {
      --skipped;
      continue;
    }
    if (is_word(token, in.sql, "CONCURRENTLY")) continue;
    if (!is_word(token, in.sql, "IF")) return token.start;
    skipped = 1;
  }
  return in.offset;
}

/// The tree of DROP tells no locations: the first token of that name from `from` on.
static std::size_t position_of(std::string_view name, std::size_t from, const Source& in) {
  for (const Token& token : in.tokens)
    if (token.start >= from && names(token, in.sql, name)) return token.start;
  return in.offset;
}

QualifiedName object_name(const PgQuery__Node& node, std::size_t position) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_LIST:
      return name_of({node.list->items, node.list->n_items}, position);
    case PG_QUERY__NODE__NODE_TYPE_NAME:
      return name_of({node.type_name->names, node.type_name->n_names}, position);
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
      return name_of({node.object_with_args->objname, node.object_with_args->n_objname}, position);
    default:
      return {.schema = {}, .name = std::string(string_of(&node)), .position = position};
  }
}

static DroppedObject object_of(ObjectKind kind, const PgQuery__Node& node, std::size_t from,
                               const Source& in) {
  DroppedObject object{.name = object_name(node, 0)};
  if (belongs_to_table(kind) && node.node_case == PG_QUERY__NODE__NODE_LIST && node.list->n_items > 1) {
    object.table = name_of({node.list->items, node.list->n_items - 1}, 0);
    object.name.schema.clear();
    object.table.position = position_of(object.table.name, from, in);
  }
  if (node.node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS && !node.object_with_args->args_unspecified) {
    object.arguments.emplace();
    for (std::size_t i = 0; i < node.object_with_args->n_objargs; ++i)
      if (node.object_with_args->objargs[i]->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        object.arguments->push_back(type_of(node.object_with_args->objargs[i]->type_name, in));
  }
  object.name.position = position_of(object.name.name, from, in);
  return object;
}

Drop build(const PgQuery__DropStmt& node, const Source& in) {
  Drop drop{.kind = object_kind(node.remove_type),
            .concurrently = node.concurrent != 0,
            .if_exists = node.missing_ok != 0,
            .cascade = node.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE};
  std::size_t from = names_start(drop.kind, in);
  for (std::size_t i = 0; i < node.n_objects; ++i) {
    drop.objects.push_back(object_of(drop.kind, *node.objects[i], from, in));
    from = std::max(from, drop.objects.back().name.position) + 1;
  }
  return drop;
}

Drop build(const PgQuery__DropdbStmt& node, const Source& in) {
  return {.kind = ObjectKind::database,
          .objects = {{.name = {.name = node.dbname,
                                .position =
                                    position_of(node.dbname, names_start(ObjectKind::database, in), in)}}},
          .if_exists = node.missing_ok != 0};
}

Rename build(const PgQuery__RenameStmt& node, const Source& in) {
  Rename rename{.kind = object_kind(node.rename_type),
                .of = object_kind(node.relation_type),
                .part = node.subname,
                .new_name = node.newname};
  if (node.relation != nullptr)
    rename.object = name_of(*node.relation, in);
  else if (node.object != nullptr)
    rename.object = object_name(*node.object, in.offset);
  else
    rename.object = {.schema = {}, .name = std::exchange(rename.part, {}), .position = in.offset};
  return rename;
}

Rename build(const PgQuery__AlterObjectSchemaStmt& node, const Source& in) {
  Rename rename{.kind = object_kind(node.object_type), .new_schema = node.newschema};
  if (node.relation != nullptr)
    rename.object = name_of(*node.relation, in);
  else if (node.object != nullptr)
    rename.object = object_name(*node.object, in.offset);
  return rename;
}

}  // namespace runner
