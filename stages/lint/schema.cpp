#include "stages/lint/schema.hpp"

#include <algorithm>
#include <iterator>
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
      if (create.is_default_partition) parent->default_partition = table.name;
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
  const auto old = tables.find(here);
  if (old != tables.end() && create.if_not_exists) return;
  if (old != tables.end() && create.replace) {
    if (!create.columns) return;
    old->second.columns.clear();
    for (const std::string& column : *create.columns) old->second.columns.push_back({.name = column});
    return;
  }
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

/// Takes what `is_gone` says out of `items`, and keeps it in `dropped`.
template <typename Item, typename IsGone>
static void move_out(std::vector<Item>& items, std::vector<Item>& dropped, IsGone is_gone) {
  std::copy_if(items.begin(), items.end(), std::back_inserter(dropped), is_gone);
  std::erase_if(items, is_gone);
}

static void drop_constraint(SchemaTable& table, const std::string& name) {
  const auto has_name = [&](const auto& item) { return item.name == name; };
  move_out(table.constraints, table.dropped_constraints, has_name);
  move_out(table.indexes, table.dropped_indexes, has_name);
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
      table.columns.back().added = true;
      for (const Constraint& constraint : action.column->constraints) add_constraint(table, constraint);
      return;
    case AlterKind::drop_column:
      return drop_column(table, action.name);
    case AlterKind::add_constraint:
      if (action.constraint) add_constraint(table, *action.constraint);
      return;
    case AlterKind::drop_constraint:
      return drop_constraint(table, action.name);
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
      if (SchemaTable* partition = find(action.partition)) {
        partition->partition_of = table.name;
        if (action.is_default_partition) table.default_partition = partition->name;
      }
      return;
    case AlterKind::detach_partition:
      if (SchemaTable* partition = find(action.partition)) {
        partition->partition_of = {};
        if (partition->name.str() == table.default_partition.str()) table.default_partition = {};
      }
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
  // Of a partitioned table it is valid when each partition has one, too.
  const bool whole = !create.only || std::none_of(tables.begin(), tables.end(), [&](const auto& entry) {
    return entry.second.partition_of.name == table->name.name &&
           entry.second.partition_of.schema == table->name.schema;
  });
  table->indexes.push_back({.name = std::move(name),
                            .columns = create.columns,
                            .unique = create.unique,
                            .valid = whole,
                            .partial = create.partial,
                            .added = true});
}

void Schema::drop_table(const Key& key) {
  tables.erase(key);
  for (auto& [other, table] : tables)
    std::erase_if(table.constraints, [&](const SchemaConstraint& c) {
      return c.referenced.schema == key.first && c.referenced.name == key.second;
    });
  std::erase_if(index_tables, [&](const auto& entry) { return entry.second == key; });
}

void Schema::apply(const Drop& drop) {
  for (const DroppedObject& object : drop.objects) {
    if (drop.kind == ObjectKind::type || drop.kind == ObjectKind::domain)
      types.erase(found_key(object.name, types));
    if (drop.kind == ObjectKind::function || drop.kind == ObjectKind::procedure) drop_routine(object);
    if (drop.kind == ObjectKind::policy)
      if (SchemaTable* table = find(object.table))
        std::erase_if(table->policies, [&](const SchemaPolicy& p) { return p.name == object.name.name; });
    if (drop.kind == ObjectKind::index) {
      const Key index = found_key(object.name, index_tables);
      const auto of = index_tables.find(index);
      if (of == index_tables.end()) continue;
      if (const auto table = tables.find(of->second); table != tables.end())
        move_out(table->second.indexes, table->second.dropped_indexes,
                 [&](const SchemaIndex& i) { return i.name == index.second; });
      index_tables.erase(of);
    }
    if (drop.kind == ObjectKind::table || drop.kind == ObjectKind::view ||
        drop.kind == ObjectKind::materialized_view)
      drop_table(key(object.name));
    if (drop.kind == ObjectKind::schema)
      std::erase_if(tables, [&](const auto& entry) { return entry.first.first == object.name.name; });
  }
}

void Schema::rename_type(const Rename& rename) {
  const auto found = types.find(found_key(rename.object, types));
  if (found == types.end()) return;
  SchemaType moved = std::move(found->second);
  types.erase(found);
  if (rename.new_schema.empty())
    moved.name.name = rename.new_name;
  else
    moved.name.schema = rename.new_schema;
  for (auto& [key, table] : tables)
    for (SchemaColumn& column : table.columns)
      if (column.type.name == rename.object.name &&
          (column.type.schema.empty() || rename.object.schema.empty() ||
           column.type.schema == rename.object.schema))
        column.type.schema = moved.name.schema, column.type.name = moved.name.name;
  types.insert_or_assign(Key{moved.name.schema, moved.name.name}, std::move(moved));
}

void Schema::apply(const Rename& rename) {
  if (rename.kind == ObjectKind::type || rename.kind == ObjectKind::domain) return rename_type(rename);
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
                                          .constrained = create.not_null || !create.constraints.empty(),
                                          .members = create.members});
}

/// New members are kept as if they were appended: only what belongs to the enum is asked.
void Schema::apply(const AlterEnum& alter) {
  const auto found = types.find(found_key(alter.type, types));
  if (found == types.end()) return;
  std::vector<std::string>& members = found->second.members;
  if (alter.old_value.empty())
    members.push_back(alter.new_value);
  else
    std::replace(members.begin(), members.end(), alter.old_value, alter.new_value);
}

void Schema::apply(const AlterDomain& alter) {
  const auto found = types.find(found_key(alter.domain, types));
  if (found != types.end() &&
      (alter.kind == AlterDomain::Kind::add_constraint || alter.kind == AlterDomain::Kind::set_not_null))
    found->second.constrained = true;
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
