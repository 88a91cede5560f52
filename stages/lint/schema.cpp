#include "stages/lint/schema.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

template <typename Items>
static auto* named(Items& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

const SchemaColumn* SchemaTable::column(std::string_view column_name) const {
  return named(columns, column_name);
}

const SchemaConstraint* SchemaTable::constraint(std::string_view constraint_name) const {
  return named(constraints, constraint_name);
}

template <typename Value>
Schema::Key Schema::found_key(const QualifiedName& name, const std::map<Key, Value>& in) const {
  if (!name.schema.empty()) return {name.schema, name.name};
  for (const std::string& schema : search_path)
    if (in.contains({schema, name.name})) return {schema, name.name};
  return {search_path.empty() ? std::string("public") : search_path.front(), name.name};
}

template <typename Value>
static const Value* value_at(const std::map<Schema::Key, Value>& in, const Schema::Key& key) {
  const auto found = in.find(key);
  return found == in.end() ? nullptr : &found->second;
}

Schema::Key Schema::key(const QualifiedName& name) const {
  return found_key(name, tables);
}

SchemaTable* Schema::find(const QualifiedName& name) {
  const auto found = tables.find(key(name));
  return found == tables.end() ? nullptr : &found->second;
}

const SchemaTable* Schema::table(const QualifiedName& name) const {
  return value_at(tables, key(name));
}

const SchemaType* Schema::type(const QualifiedName& name) const {
  return value_at(types, found_key(name, types));
}

const SchemaTable* Schema::table_of_index(const QualifiedName& index) const {
  const Key* table = value_at(index_tables, found_key(index, index_tables));
  return table == nullptr ? nullptr : value_at(tables, *table);
}

std::vector<const SchemaFunction*> Schema::overloads(const QualifiedName& name) const {
  std::vector<const SchemaFunction*> found;
  const auto add = [&](const std::string& schema) {
    const auto [from, to] = functions.equal_range({schema, name.name});
    for (auto it = from; it != to; ++it) found.push_back(&it->second);
  };
  if (!name.schema.empty()) {
    add(name.schema);
    return found;
  }
  for (const std::string& schema : search_path) add(schema);
  return found;
}

std::vector<const SchemaTable*> Schema::referencing(const SchemaTable& table) const {
  std::vector<const SchemaTable*> found;
  for (const auto& [key, other] : tables) {
    if (&other == &table) continue;
    if (std::any_of(other.constraints.begin(), other.constraints.end(), [&](const SchemaConstraint& c) {
          return c.kind == ConstraintKind::foreign_key && c.referenced.schema == table.name.schema &&
                 c.referenced.name == table.name.name;
        }))
      found.push_back(&other);
  }
  return found;
}

std::vector<const SchemaTable*> Schema::users(const SchemaType& type) const {
  std::vector<const SchemaTable*> found;
  for (const auto& [key, table] : tables) {
    if (table.kind != RelationKind::table) continue;
    if (std::any_of(table.columns.begin(), table.columns.end(), [&](const SchemaColumn& column) {
          return column.type.name == type.name.name &&
                 (column.type.schema.empty() || column.type.schema == type.name.schema);
        }))
      found.push_back(&table);
  }
  return found;
}

// What statements change. -------------------------------------------------------------------------------

static SchemaColumn column_of(const ColumnDefinition& definition) {
  return {.name = definition.name,
          .type = definition.type,
          .collation = definition.collation,
          .not_null = definition.not_null,
          .has_default = definition.default_value.given || definition.type.is_serial(),
          .is_generated = definition.is_generated,
          .is_identity = definition.is_identity};
}

/// As PostgreSQL chooses a constraint's name. Source: PostgreSQL, indexcmds.c, ChooseIndexName; shortened
/// names aside.
static std::string chosen_name(const SchemaTable& table, const Constraint& constraint) {
  if (!constraint.name.empty()) return constraint.name;
  if (!constraint.using_index.empty()) return constraint.using_index;
  const std::string columns = fmt::format("{}", fmt::join(constraint.columns, "_"));
  switch (constraint.kind) {
    case ConstraintKind::primary_key:
      return table.name.name + "_pkey";
    case ConstraintKind::foreign_key:
      return fmt::format("{}_{}_fkey", table.name.name, columns);
    case ConstraintKind::unique:
      return fmt::format("{}_{}_key", table.name.name, columns);
    case ConstraintKind::exclusion:
      return fmt::format("{}_excl", table.name.name);
    case ConstraintKind::check:
      break;
  }
  const std::string column = constraint.check.columns.size() == 1 ? "_" + constraint.check.columns[0] : "";
  return fmt::format("{}{}_check", table.name.name, column);
}

void Schema::add_constraint(SchemaTable& table, const Constraint& constraint) {
  SchemaConstraint made{.kind = constraint.kind,
                        .name = chosen_name(table, constraint),
                        .columns = constraint.columns,
                        .valid = !constraint.not_valid,
                        .not_null = constraint.check.not_null,
                        .added = true};
  if (made.kind == ConstraintKind::check && made.columns.empty()) made.columns = constraint.check.columns;
  if (made.kind == ConstraintKind::foreign_key) {
    const Key referenced = key(constraint.referenced);
    made.referenced = {referenced.first, referenced.second, constraint.referenced.position};
    made.referenced_columns = constraint.referenced_columns;
  }
  const bool has_index = made.kind == ConstraintKind::primary_key || made.kind == ConstraintKind::unique;
  if (has_index && constraint.using_index.empty()) {
    table.indexes.push_back(
        {.name = made.name, .columns = constraint.columns, .unique = true, .added = true});
    index_tables[{table.name.schema, made.name}] = {table.name.schema, table.name.name};
  }
  if (made.kind == ConstraintKind::primary_key)
    for (const std::string& column : constraint.columns)
      if (SchemaColumn* found = named(table.columns, column)) found->not_null = true;
  table.constraints.push_back(std::move(made));
}

void Schema::apply(const CreateTable& create) {
  const Key here = create.temporary ? Key{"pg_temp", create.table.name} : key(create.table);
  if (create.if_not_exists && tables.contains(here)) return;
  if (create.temporary && std::find(search_path.begin(), search_path.end(), "pg_temp") == search_path.end())
    search_path.insert(search_path.begin(), "pg_temp");
  SchemaTable table{.name = {here.first, here.second, 0}, .created = true};
  table.partitioned = create.partitioned;
  for (const ColumnDefinition& column : create.columns) table.columns.push_back(column_of(column));
  if (!create.partition_of.empty())
    if (SchemaTable* parent = find(create.partition_of)) {
      table.partition_of = parent->name;
      table.columns = parent->columns;
      if (create.is_default_partition) parent->has_default_partition = true;
    }
  for (const Constraint& constraint : create.constraints) add_constraint(table, constraint);
  tables.insert_or_assign(here, std::move(table));
}

void Schema::apply(const CreateTableAs& create) {
  const Key here = create.temporary ? Key{"pg_temp", create.table.name} : key(create.table);
  if (create.if_not_exists && tables.contains(here)) return;
  tables.insert_or_assign(here, SchemaTable{.name = {here.first, here.second, 0}, .created = true});
}

void Schema::apply(const CreateView& create) {
  const Key here = key(create.view);
  if (tables.contains(here) && (create.replace || create.if_not_exists)) return;
  SchemaTable view{.name = {here.first, here.second, 0},
                   .kind = create.materialized ? RelationKind::materialized_view : RelationKind::view,
                   .created = true};
  if (create.columns)
    for (const std::string& column : *create.columns) view.columns.push_back({.name = column});
  tables.insert_or_assign(here, std::move(view));
}

static bool uses(const std::vector<std::string>& columns, const std::string& name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

static void drop_column(SchemaTable& table, const std::string& name) {
  std::erase_if(table.columns, [&](const SchemaColumn& column) { return column.name == name; });
  std::erase_if(table.constraints, [&](const SchemaConstraint& c) { return uses(c.columns, name); });
  std::erase_if(table.indexes, [&](const SchemaIndex& index) { return uses(index.columns, name); });
}

static void apply_to_column(SchemaColumn& column, const AlterAction& action) {
  switch (action.kind) {
    case AlterKind::column_type:
      column.type = action.type;
      column.collation = action.collation;
      return;
    case AlterKind::set_default:
      column.has_default = true;
      return;
    case AlterKind::drop_default:
      column.has_default = false;
      return;
    case AlterKind::set_not_null:
      column.not_null = true;
      return;
    case AlterKind::drop_not_null:
      column.not_null = false;
      return;
    case AlterKind::add_identity:
      column.is_identity = true;
      return;
    case AlterKind::drop_identity:
      column.is_identity = false;
      return;
    case AlterKind::drop_expression:
      column.is_generated = false;
      return;
    default:
      return;
  }
}

void Schema::apply_action(SchemaTable& table, const AlterAction& action) {
  switch (action.kind) {
    case AlterKind::add_column:
      if (table.column(action.name) != nullptr) return;
      table.columns.push_back(column_of(*action.column));
      for (const Constraint& constraint : action.column->constraints) add_constraint(table, constraint);
      return;
    case AlterKind::drop_column:
      return drop_column(table, action.name);
    case AlterKind::add_constraint:
      if (action.constraint) add_constraint(table, *action.constraint);
      return;
    case AlterKind::drop_constraint:
      std::erase_if(table.constraints, [&](const SchemaConstraint& c) { return c.name == action.name; });
      std::erase_if(table.indexes, [&](const SchemaIndex& index) { return index.name == action.name; });
      return;
    case AlterKind::validate_constraint:
      if (SchemaConstraint* found = named(table.constraints, action.name)) found->valid = true;
      return;
    case AlterKind::enable_row_security:
      table.row_security = true;
      return;
    case AlterKind::disable_row_security:
      table.row_security = false;
      return;
    case AlterKind::attach_partition:
      if (action.is_default_partition) table.has_default_partition = true;
      if (SchemaTable* partition = find(action.partition)) partition->partition_of = table.name;
      return;
    case AlterKind::detach_partition:
      if (SchemaTable* partition = find(action.partition)) partition->partition_of = {};
      return;
    default:
      if (SchemaColumn* column = named(table.columns, action.name)) apply_to_column(*column, action);
  }
}

void Schema::apply(const AlterTable& alter) {
  SchemaTable* table = find(alter.table);
  if (table == nullptr) return;
  for (const AlterAction& action : alter.actions) apply_action(*table, action);
}

void Schema::apply(const CreateIndex& create) {
  SchemaTable* table = find(create.table);
  if (table == nullptr) return;
  std::string name = create.name;
  if (name.empty()) name = fmt::format("{}_{}_idx", table->name.name, fmt::join(create.columns, "_"));
  if (create.if_not_exists && index_tables.contains({table->name.schema, name})) return;
  index_tables[{table->name.schema, name}] = {table->name.schema, table->name.name};
  table->indexes.push_back({.name = std::move(name),
                            .columns = create.columns,
                            .unique = create.unique,
                            .partial = create.partial,
                            .added = true});
}

void Schema::drop_table(const Key& gone) {
  tables.erase(gone);
  for (auto& [key, table] : tables)
    std::erase_if(table.constraints, [&](const SchemaConstraint& c) {
      return c.referenced.schema == gone.first && c.referenced.name == gone.second;
    });
  std::erase_if(index_tables, [&](const auto& entry) { return entry.second == gone; });
}

void Schema::apply(const Drop& drop) {
  for (const DroppedObject& object : drop.objects) {
    if (drop.kind == ObjectKind::type || drop.kind == ObjectKind::domain)
      types.erase(found_key(object.name, types));
    if (drop.kind == ObjectKind::function || drop.kind == ObjectKind::procedure)
      for (const std::string& schema : search_path)
        functions.erase({object.name.schema.empty() ? schema : object.name.schema, object.name.name});
    if (drop.kind == ObjectKind::index) {
      const Key index = found_key(object.name, index_tables);
      const auto of = index_tables.find(index);
      if (of == index_tables.end()) continue;
      if (const auto table = tables.find(of->second); table != tables.end())
        std::erase_if(table->second.indexes, [&](const SchemaIndex& i) { return i.name == index.second; });
      index_tables.erase(of);
    }
    if (drop.kind == ObjectKind::table || drop.kind == ObjectKind::view ||
        drop.kind == ObjectKind::materialized_view)
      drop_table(key(object.name));
    if (drop.kind == ObjectKind::schema)
      std::erase_if(tables, [&](const auto& entry) { return entry.first.first == object.name.name; });
  }
}

void Schema::apply(const Rename& rename) {
  SchemaTable* table = find(rename.object);
  if (table == nullptr) return;
  if (rename.kind == ObjectKind::column) {
    if (SchemaColumn* column = named(table->columns, rename.part)) column->name = rename.new_name;
    for (SchemaIndex& index : table->indexes)
      std::replace(index.columns.begin(), index.columns.end(), rename.part, rename.new_name);
    for (SchemaConstraint& constraint : table->constraints)
      std::replace(constraint.columns.begin(), constraint.columns.end(), rename.part, rename.new_name);
  } else if (rename.kind == ObjectKind::constraint) {
    if (SchemaConstraint* constraint = named(table->constraints, rename.part))
      constraint->name = rename.new_name;
  } else if (rename.kind == ObjectKind::table || rename.kind == ObjectKind::view ||
             rename.kind == ObjectKind::materialized_view) {
    const Key before = key(rename.object);
    const Key after = rename.new_schema.empty() ? Key{before.first, rename.new_name}
                                                : Key{rename.new_schema, before.second};
    SchemaTable moved = std::move(*table);
    tables.erase(before);
    moved.name = {after.first, after.second, 0};
    tables.insert_or_assign(after, std::move(moved));
    for (auto& [index, of] : index_tables)
      if (of == before) of = after;
    for (auto& [key, other] : tables)
      for (SchemaConstraint& constraint : other.constraints)
        if (Key{constraint.referenced.schema, constraint.referenced.name} == before)
          constraint.referenced = {after.first, after.second, 0};
  }
}

void Schema::apply(const CreateType& create) {
  const Key here = found_key(create.type, types);
  types.insert_or_assign(here, SchemaType{.name = {here.first, here.second, 0},
                                          .created = true,
                                          .is_domain = create.is_domain,
                                          .constrained = create.not_null || !create.constraints.empty()});
}

void Schema::apply(const AlterDomain& alter) {
  const auto found = types.find(found_key(alter.domain, types));
  if (found != types.end() &&
      (alter.kind == AlterDomain::Kind::add_constraint || alter.kind == AlterDomain::Kind::set_not_null))
    found->second.constrained = true;
}

void Schema::apply(const CreateRoutine& create) {
  const std::string schema =
      create.routine.schema.empty() ? key(create.routine).first : create.routine.schema;
  SchemaFunction made{
      .name = {schema, create.routine.name, 0}, .created = true, .is_volatile = create.is_volatile};
  made.returns = create.returns.str();
  for (const RoutineArgument& argument : create.arguments) {
    if (argument.mode == RoutineArgument::Mode::out || argument.mode == RoutineArgument::Mode::table)
      continue;
    made.argument_types.push_back(argument.type.name + (argument.type.is_array ? "[]" : ""));
    made.argument_names.push_back(argument.name);
  }
  const auto [from, to] = functions.equal_range({schema, create.routine.name});
  for (auto it = from; it != to; ++it)
    if (it->second.argument_types == made.argument_types) {
      made.created = it->second.created;
      it->second = std::move(made);
      return;
    }
  functions.emplace(Key{schema, create.routine.name}, std::move(made));
}

void Schema::apply(const Setting& setting) {
  if (setting.name == "timezone" && setting.values.size() == 1) time_zone = setting.values.front();
  if (setting.name != "search_path" || setting.kind != Setting::Kind::value) return;
  search_path.clear();
  for (const std::string& schema : setting.values)
    if (!schema.empty() && schema != "$user") search_path.push_back(schema);
}

void Schema::apply(const ParsedStatement& statement) {
  std::visit([this](const auto& what) { apply(what); }, statement.what);
}

}  // namespace runner
