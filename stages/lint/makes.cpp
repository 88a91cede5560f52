#include "stages/lint/makes.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

Statements earlier(const RuleContext& in, const QualifiedName& name) {
  return in.by_name().about(name.name, 0, in.index());
}

Statements later(const RuleContext& in, const QualifiedName& name) {
  return in.by_name().about(name.name, in.index() + 1, in.statements().size());
}

Statements everywhere(const RuleContext& in, const QualifiedName& name) {
  return in.by_name().about(name.name, 0, in.statements().size());
}

Statements undone(const RuleContext& in, const QualifiedName& name) {
  const StatementsByName* of = in.undone_by_name();
  return of == nullptr ? Statements{} : of->about(name.name, 0, in.undone()->statements.size());
}

bool is_same(const QualifiedName& one, const QualifiedName& other) {
  return one.name == other.name && (one.schema.empty() || other.schema.empty() || one.schema == other.schema);
}

template <typename T, typename Makes>
static bool any(Statements statements, Makes makes) {
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const T* what = as<T>(statement);
    return what != nullptr && makes(*what);
  });
}

static QualifiedName name_after(const Rename& rename) {
  QualifiedName name = rename.object;
  if (rename.new_schema.empty())
    name.name = rename.new_name;
  else
    name.schema = rename.new_schema;
  return name;
}

static bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::foreign_table;
}

bool makes_relation(Statements statements, const QualifiedName& name) {
  return any<CreateTable>(statements, [&](const auto& create) { return is_same(create.table, name); }) ||
         any<CreateTableAs>(statements, [&](const auto& create) { return is_same(create.table, name); }) ||
         any<CreateView>(statements, [&](const auto& create) { return is_same(create.view, name); }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return is_relation(rename.kind) && is_same(name_after(rename), name);
         });
}

static bool has_column(const CreateTable& create, std::string_view column) {
  return std::any_of(create.columns.begin(), create.columns.end(),
                     [&](const ColumnDefinition& definition) { return definition.name == column; });
}

bool makes_column(Statements statements, const QualifiedName& table, std::string_view column) {
  const auto actions = actions_on(statements, table);
  return std::any_of(actions.begin(), actions.end(),
                     [&](const AlterAction* action) {
                       return action->kind == AlterKind::add_column && action->name == column;
                     }) ||
         any<CreateTable>(statements,
                          [&](const auto& create) {
                            return is_same(create.table, table) && has_column(create, column);
                          }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return rename.kind == ObjectKind::column && is_same(rename.object, table) &&
                  rename.new_name == column;
         });
}

bool makes_routine(Statements statements, const QualifiedName& name) {
  return any<CreateRoutine>(statements, [&](const auto& create) { return is_same(create.routine, name); }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return (rename.kind == ObjectKind::function || rename.kind == ObjectKind::procedure) &&
                  is_same(name_after(rename), name);
         });
}

bool makes_type(Statements statements, const QualifiedName& name) {
  return any<CreateType>(statements, [&](const auto& create) { return is_same(create.type, name); }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return (rename.kind == ObjectKind::type || rename.kind == ObjectKind::domain) &&
                  is_same(name_after(rename), name);
         });
}

bool makes_schema(Statements statements, std::string_view name) {
  return any<CreateSchema>(statements, [&](const auto& create) { return create.name == name; }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return rename.kind == ObjectKind::schema && rename.new_name == name;
         });
}

bool makes_policy(Statements statements, const QualifiedName& table, std::string_view name) {
  return any<Policy>(statements,
                     [&](const auto& policy) {
                       return !policy.alters && policy.name == name && is_same(policy.table, table);
                     }) ||
         any<Rename>(statements, [&](const auto& rename) {
           return rename.kind == ObjectKind::policy && rename.new_name == name &&
                  is_same(rename.object, table);
         });
}

bool is_own_relation(const RuleContext& in, const QualifiedName& name) {
  return in.created(name) || makes_relation(undone(in, name), name);
}

bool is_own_column(const RuleContext& in, const QualifiedName& table, std::string_view column) {
  if (in.created(table) || makes_column(undone(in, table), table, column)) return true;
  if (!makes_column(earlier(in, table), table, column)) return false;
  const SchemaTable* known = in.table(table);  // IF NOT EXISTS may have added nothing
  const SchemaColumn* found = known == nullptr ? nullptr : known->column(column);
  return found == nullptr || found->added;
}

bool is_own_routine(const RuleContext& in, const QualifiedName& name) {
  return makes_routine(earlier(in, name), name) || makes_routine(undone(in, name), name);
}

bool is_own_type(const RuleContext& in, const QualifiedName& name) {
  return makes_type(earlier(in, name), name) || makes_type(undone(in, name), name);
}

std::vector<const AlterAction*> actions_on(Statements statements, const QualifiedName& table) {
  std::vector<const AlterAction*> found;
  for (const ParsedStatement& statement : statements)
    if (const auto* alter = as<AlterTable>(statement); alter != nullptr && is_same(alter->table, table))
      for (const AlterAction& action : alter->actions) found.push_back(&action);
  return found;
}

bool has_action_behind(const RuleContext& in, const QualifiedName& table, AlterKind kind,
                       std::string_view name, std::size_t position) {
  const auto actions = actions_on(everywhere(in, table), table);
  return std::any_of(actions.begin(), actions.end(), [&](const AlterAction* action) {
    return action->kind == kind && action->position > position && action->name == name;
  });
}

bool is_taken_back(const RuleContext& in, const QualifiedName& table, AlterKind kind, std::string_view name) {
  const auto actions = actions_on(undone(in, table), table);
  return std::any_of(actions.begin(), actions.end(),
                     [&](const AlterAction* action) { return action->kind == kind && action->name == name; });
}

bool drops(Statements statements, ObjectKind kind, const QualifiedName& name) {
  return any<Drop>(statements, [&](const Drop& drop) {
    return drop.kind == kind && std::any_of(drop.objects.begin(), drop.objects.end(),
                                            [&](const DroppedObject& o) { return is_same(o.name, name); });
  });
}

bool contains(const std::vector<std::string>& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::string listing(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.empty() ? std::string() : names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

}  // namespace runner
