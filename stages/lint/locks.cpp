#include "stages/lint/locks.hpp"

#include "stages/lint/other_ends.hpp"
#include "stages/lint/rewrites.hpp"
#include "stages/lint/rule_context.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace runner {

std::string waits(LockMode lock, const QualifiedName& table) {
  return lock == LockMode::access_exclusive ? fmt::format("reads and writes of {} wait", table.str())
                                            : fmt::format("writers to {} wait", table.str());
}

std::string while_done(RowWork work) {
  switch (work) {
    case RowWork::scan:
      return "while every row is checked";
    case RowWork::build_index:
      return "while the index is built";
    case RowWork::rewrite:
      return "while every row is rewritten";
    case RowWork::none:
      break;
  }
  return "";
}

static bool holds_rows(const SchemaTable& table) {
  return table.kind == RelationKind::table || table.kind == RelationKind::materialized_view;
}

namespace {
/// Collects the locks of one statement.
class LockReader {
 public:
  explicit LockReader(const RuleContext& in) : in_(in) {}

  void operator()(const AlterTable& alter);
  void operator()(const CreateTable& create);
  void operator()(const CreateIndex& create);
  void operator()(const Reindex& reindex);
  void operator()(const Drop& drop);
  void operator()(const Rename& rename);
  void operator()(const RefreshView& refresh) {
    if (refresh.concurrently)  // reads the old rows, to find what differs
      add(refresh.view, LockMode::exclusive, RowWork::scan);
    else
      add(refresh.view, LockMode::access_exclusive, refresh.with_data ? RowWork::rewrite : RowWork::none);
  }
  void operator()(const CreateTrigger& create) { add(create.table, LockMode::share_row_exclusive); }
  void operator()(const Policy& policy) { add(policy.table, LockMode::access_exclusive); }
  void operator()(const Truncate& truncate) {
    for (const QualifiedName& table : truncate.tables) add(table, LockMode::access_exclusive);
  }
  void operator()(const Vacuum& vacuum) {
    for (const QualifiedName& table : vacuum.tables)
      if (vacuum.full)
        add(table, LockMode::access_exclusive, RowWork::rewrite);
      else
        add(table, LockMode::share_update_exclusive, RowWork::scan);
  }
  void operator()(const ClusterTable& cluster) {
    if (!cluster.table.empty()) add(cluster.table, LockMode::access_exclusive, RowWork::rewrite);
  }
  void operator()(const LockTable& lock);
  void operator()(const AlterDomain& alter);
  template <typename T>
  void operator()(const T&) {}  // locks no table that others feel

  std::vector<TableLock> found{};

 private:
  void add(const QualifiedName& table, LockMode lock, RowWork work = RowWork::none,
           std::size_t position = 0) {
    if (!table.empty() && !in_.created(table))
      found.push_back({.table = table,
                       .lock = lock,
                       .work = work,
                       .position = position == 0 ? table.position : position});
  }
  void add_other_ends(const std::vector<OtherEnd>& ends) {
    for (const OtherEnd& end : ends)
      if (!in_.created(end.table))
        found.push_back({.table = end.table, .position = end.position, .other_end = true});
  }
  void add_default_partition(const QualifiedName& parent, std::size_t position);
  void add_action(const AlterTable& alter, const AlterAction& action);
  void add_column(const AlterTable& alter, const AlterAction& action);
  void add_constraint(const QualifiedName& table, const Constraint& constraint, bool on_new_column);

  const RuleContext& in_;
};
}  // namespace

void LockReader::add_constraint(const QualifiedName& table, const Constraint& constraint,
                                bool on_new_column) {
  const std::size_t position = constraint.position;
  switch (constraint.kind) {
    case ConstraintKind::foreign_key: {
      const bool scans = !constraint.not_valid && !on_new_column && !in_.created(table);
      add(table, LockMode::share_row_exclusive, scans ? RowWork::scan : RowWork::none, position);
      add(constraint.referenced, LockMode::share_row_exclusive, RowWork::none, position);
      return;
    }
    case ConstraintKind::check:
      return add(table, LockMode::access_exclusive, constraint.not_valid ? RowWork::none : RowWork::scan,
                 position);
    default:
      return add(table, LockMode::access_exclusive,
                 constraint.using_index.empty() ? RowWork::build_index : RowWork::none, position);
  }
}

void LockReader::add_column(const AlterTable& alter, const AlterAction& action) {
  const ColumnDefinition& column = *action.column;
  RowWork work = scans_for_nulls(column) ? RowWork::scan : RowWork::none;
  if (!in_.created(alter.table) && !rewrite_by_column(column, in_).empty()) work = RowWork::rewrite;
  add(alter.table, LockMode::access_exclusive, work, action.position);
  for (const Constraint& constraint : column.constraints)
    add_constraint(alter.table, constraint, !column.default_value.given);
}

void LockReader::add_action(const AlterTable& alter, const AlterAction& action) {
  const auto lock = [&](LockMode strength, RowWork work = RowWork::none) {
    add(alter.table, strength, work, action.position);
  };
  const SchemaTable* table = nullptr;
  switch (action.kind) {
    case AlterKind::add_column:
      return add_column(alter, action);
    case AlterKind::add_constraint:
      if (action.constraint) add_constraint(alter.table, *action.constraint, false);
      return;
    case AlterKind::column_type:
      if (in_.created(alter.table)) return;
      table = in_.table(alter.table);
      return lock(
          LockMode::access_exclusive,
          work_of_type_change(table == nullptr ? nullptr : table->column(action.name), action, in_.schema()));
    case AlterKind::set_not_null:
      if (in_.created(alter.table)) return;
      return lock(LockMode::access_exclusive,
                  scans_for_nulls(in_.table(alter.table), action.name) ? RowWork::scan : RowWork::none);
    case AlterKind::set_tablespace:
    case AlterKind::set_logged:
    case AlterKind::set_unlogged:
    case AlterKind::set_access_method:
      return lock(LockMode::access_exclusive, RowWork::rewrite);
    case AlterKind::validate_constraint:
      return lock(LockMode::share_update_exclusive, RowWork::scan);
    case AlterKind::attach_partition:
      lock(LockMode::share_update_exclusive);
      if (!action.is_default_partition) add_default_partition(alter.table, action.position);
      if (in_.created(action.partition)) return;
      return add(action.partition, LockMode::access_exclusive,
                 scans_for_bounds(in_.table(action.partition)) ? RowWork::scan : RowWork::none,
                 action.position);
    case AlterKind::detach_partition:
      lock(action.concurrently ? LockMode::share_update_exclusive : LockMode::access_exclusive);
      return add(action.partition, LockMode::access_exclusive, RowWork::none, action.position);
    case AlterKind::enable_trigger:
    case AlterKind::disable_trigger:
      return lock(LockMode::share_row_exclusive);
    case AlterKind::set_options:
    case AlterKind::set_statistics:
    case AlterKind::cluster_on:
      return lock(LockMode::share_update_exclusive);
    default:
      return lock(LockMode::access_exclusive);
  }
}

void LockReader::operator()(const AlterTable& alter) {
  if (alter.kind != RelationKind::table && alter.kind != RelationKind::materialized_view) return;
  for (const AlterAction& action : alter.actions) add_action(alter, action);
  add_other_ends(other_ends(alter, in_));
}

void LockReader::operator()(const CreateTable& create) {
  if (!create.partition_of.empty()) {
    add(create.partition_of, LockMode::access_exclusive);
    if (!create.is_default_partition) add_default_partition(create.partition_of, create.table.position);
  }
  for (const Constraint& constraint : create.constraints)
    if (constraint.kind == ConstraintKind::foreign_key)
      add(constraint.referenced, LockMode::share_row_exclusive, RowWork::none, constraint.position);
}

/// Every plan looks at all indexes of a table, so who locks an index against readers locks out the table's.
/// Source: PostgreSQL manual, REINDEX, "Notes".
void LockReader::operator()(const Reindex& reindex) {
  const LockMode mode = reindex.concurrently ? LockMode::share_update_exclusive : LockMode::access_exclusive;
  if (reindex.kind == Reindex::Kind::table) add(reindex.target, mode, RowWork::build_index);
  if (reindex.kind != Reindex::Kind::index) return;
  if (const SchemaTable* table = in_.schema().table_of_index(reindex.target))
    add(table->name, mode, RowWork::build_index, reindex.target.position);
}

void LockReader::operator()(const Drop& drop) {
  for (const DroppedObject& object : drop.objects) {
    if (drop.kind == ObjectKind::table) add(object.name, LockMode::access_exclusive);
    if (drop.kind == ObjectKind::trigger || drop.kind == ObjectKind::policy || drop.kind == ObjectKind::rule)
      add(object.table, LockMode::access_exclusive);
    if (drop.kind == ObjectKind::index)
      if (const SchemaTable* table = in_.schema().table_of_index(object.name))
        add(table->name, drop.concurrently ? LockMode::share_update_exclusive : LockMode::access_exclusive,
            RowWork::none, object.name.position);
    if (drop.kind == ObjectKind::schema && drop.cascade)
      for (const auto& [key, table] : in_.schema().tables)
        if (key.first == object.name.name && holds_rows(table))
          add(table.name, LockMode::access_exclusive, RowWork::none, object.name.position);
  }
  add_other_ends(other_ends(drop, in_));
}

void LockReader::operator()(const Rename& rename) {
  const bool of_table = rename.kind == ObjectKind::table || rename.kind == ObjectKind::constraint ||
                        (rename.kind == ObjectKind::column && rename.of == ObjectKind::table) ||
                        rename.kind == ObjectKind::policy || rename.kind == ObjectKind::trigger;
  if (of_table) add(rename.object, LockMode::access_exclusive);
}

void LockReader::operator()(const LockTable& lock) {
  const auto strength = static_cast<LockMode>(lock.mode - 1);  // Source: PostgreSQL, lockdefs.h
  if (strength < LockMode::share_update_exclusive) return;
  for (const QualifiedName& table : lock.tables) add(table, strength);
}

void LockReader::operator()(const CreateIndex& create) {
  if (in_.created(create.table)) return;
  const bool is_there =
      create.if_not_exists && in_.schema().table_of_index({create.table.schema, create.name, 0}) != nullptr;
  add(create.table, create.concurrently ? LockMode::share_update_exclusive : LockMode::share,
      create.only || is_there ? RowWork::none : RowWork::build_index);
}

/// A new partition's rows must not lie in it.
void LockReader::add_default_partition(const QualifiedName& parent, std::size_t position) {
  const SchemaTable* table = in_.created(parent) ? nullptr : in_.table(parent);
  if (table != nullptr) add(table->default_partition, LockMode::access_exclusive, RowWork::scan, position);
}

void LockReader::operator()(const AlterDomain& alter) {
  const SchemaType* domain = scans_users(alter) ? in_.schema().type(alter.domain) : nullptr;
  if (domain == nullptr) return;
  for (const SchemaTable* table : in_.schema().users(*domain))
    if (holds_rows(*table)) add(table->name, LockMode::share, RowWork::scan, in_.statement().offset);
}

std::vector<TableLock> locks_of(const ParsedStatement& statement, const RuleContext& in) {
  LockReader reader(in);
  std::visit([&](const auto& what) { reader(what); }, statement.what);
  return std::move(reader.found);
}

}  // namespace runner
