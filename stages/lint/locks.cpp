#include "stages/lint/locks.hpp"

#include "stages/lint/rewrites.hpp"
#include "stages/lint/rule_context.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace runner {

std::string waits(Lock lock, const QualifiedName& table) {
  return lock == Lock::access_exclusive ? fmt::format("reads and writes of {} wait", table.str())
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

namespace {
/// Collects the locks of one statement.
class LockReader {
 public:
  explicit LockReader(const RuleContext& in) : in_(in) {}

  void operator()(const AlterTable& alter);
  void operator()(const CreateTable& create);
  void operator()(const CreateIndex& create) {
    if (create.concurrently)
      add(create.table, Lock::share_update_exclusive);
    else
      add(create.table, Lock::share, create.only ? RowWork::none : RowWork::build_index);
  }
  void operator()(const Reindex& reindex);
  void operator()(const Drop& drop);
  void operator()(const Rename& rename);
  void operator()(const RefreshView& refresh) {
    if (refresh.concurrently)
      add(refresh.view, Lock::exclusive);
    else
      add(refresh.view, Lock::access_exclusive, refresh.with_data ? RowWork::rewrite : RowWork::none);
  }
  void operator()(const CreateTrigger& create) { add(create.table, Lock::share_row_exclusive); }
  void operator()(const Policy& policy) { add(policy.table, Lock::access_exclusive); }
  void operator()(const Truncate& truncate) {
    for (const QualifiedName& table : truncate.tables) add(table, Lock::access_exclusive);
  }
  void operator()(const Vacuum& vacuum) {
    for (const QualifiedName& table : vacuum.tables)
      if (vacuum.full) add(table, Lock::access_exclusive, RowWork::rewrite);
  }
  void operator()(const ClusterTable& cluster) {
    if (!cluster.table.empty()) add(cluster.table, Lock::access_exclusive, RowWork::rewrite);
  }
  void operator()(const LockTable& lock);
  template <typename T>
  void operator()(const T&) {}  // locks no table that others feel

  std::vector<TableLock> found{};

 private:
  void add(const QualifiedName& table, Lock lock, RowWork work = RowWork::none, std::size_t position = 0) {
    if (!table.empty() && !in_.created(table))
      found.push_back({table, lock, work, position == 0 ? table.position : position});
  }
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
      add(table, Lock::share_row_exclusive, scans ? RowWork::scan : RowWork::none, position);
      add(constraint.referenced, Lock::share_row_exclusive, RowWork::none, position);
      return;
    }
    case ConstraintKind::check:
      return add(table, Lock::access_exclusive, constraint.not_valid ? RowWork::none : RowWork::scan,
                 position);
    default:
      return add(table, Lock::access_exclusive,
                 constraint.using_index.empty() ? RowWork::build_index : RowWork::none, position);
  }
}

void LockReader::add_column(const AlterTable& alter, const AlterAction& action) {
  const ColumnDefinition& column = *action.column;
  const bool rewrites = !in_.created(alter.table) && !rewrite_by_column(column, in_).empty();
  add(alter.table, Lock::access_exclusive, rewrites ? RowWork::rewrite : RowWork::none, action.position);
  for (const Constraint& constraint : column.constraints)
    add_constraint(alter.table, constraint, !column.default_value.given);
}

void LockReader::add_action(const AlterTable& alter, const AlterAction& action) {
  const auto lock = [&](Lock strength, RowWork work = RowWork::none) {
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
          Lock::access_exclusive,
          work_of_type_change(table == nullptr ? nullptr : table->column(action.name), action, in_.schema()));
    case AlterKind::set_not_null:
      if (in_.created(alter.table)) return;
      return lock(Lock::access_exclusive,
                  scans_for_nulls(in_.table(alter.table), action.name) ? RowWork::scan : RowWork::none);
    case AlterKind::set_tablespace:
    case AlterKind::set_logged:
    case AlterKind::set_unlogged:
    case AlterKind::set_access_method:
      return lock(Lock::access_exclusive, RowWork::rewrite);
    case AlterKind::validate_constraint:
      return lock(Lock::share_update_exclusive, RowWork::scan);
    case AlterKind::attach_partition:
      lock(Lock::share_update_exclusive);
      return add(action.partition, Lock::access_exclusive, RowWork::scan, action.position);
    case AlterKind::detach_partition:
      lock(action.concurrently ? Lock::share_update_exclusive : Lock::access_exclusive);
      return add(action.partition, Lock::access_exclusive, RowWork::none, action.position);
    case AlterKind::enable_trigger:
    case AlterKind::disable_trigger:
      return lock(Lock::share_row_exclusive);
    case AlterKind::set_options:
    case AlterKind::set_statistics:
    case AlterKind::cluster_on:
      return lock(Lock::share_update_exclusive);
    default:
      return lock(Lock::access_exclusive);
  }
}

void LockReader::operator()(const AlterTable& alter) {
  if (alter.kind != RelationKind::table && alter.kind != RelationKind::materialized_view) return;
  for (const AlterAction& action : alter.actions) add_action(alter, action);
}

void LockReader::operator()(const CreateTable& create) {
  if (!create.partition_of.empty()) add(create.partition_of, Lock::access_exclusive);
  for (const Constraint& constraint : create.constraints)
    if (constraint.kind == ConstraintKind::foreign_key)
      add(constraint.referenced, Lock::share_row_exclusive, RowWork::none, constraint.position);
}

void LockReader::operator()(const Reindex& reindex) {
  if (reindex.concurrently) return;
  if (reindex.kind == Reindex::Kind::table) add(reindex.target, Lock::share, RowWork::build_index);
}

void LockReader::operator()(const Drop& drop) {
  for (const DroppedObject& object : drop.objects) {
    if (drop.kind == ObjectKind::table) add(object.name, Lock::access_exclusive);
    if (drop.kind == ObjectKind::trigger || drop.kind == ObjectKind::policy || drop.kind == ObjectKind::rule)
      add(object.table, Lock::access_exclusive);
    if (drop.kind == ObjectKind::index && !drop.concurrently)
      if (const SchemaTable* table = in_.schema().table_of_index(object.name))
        add(table->name, Lock::access_exclusive, RowWork::none, object.name.position);
  }
}

void LockReader::operator()(const Rename& rename) {
  const bool of_table = rename.kind == ObjectKind::table || rename.kind == ObjectKind::constraint ||
                        (rename.kind == ObjectKind::column && rename.of == ObjectKind::table) ||
                        rename.kind == ObjectKind::policy || rename.kind == ObjectKind::trigger;
  if (of_table) add(rename.object, Lock::access_exclusive);
}

void LockReader::operator()(const LockTable& lock) {
  static constexpr int share_update_exclusive = 4;  // Source: PostgreSQL, lockdefs.h
  if (lock.mode < share_update_exclusive) return;
  const auto strength = static_cast<Lock>(lock.mode - share_update_exclusive);
  for (const QualifiedName& table : lock.tables) add(table, strength);
}

std::vector<TableLock> locks_of(const ParsedStatement& statement, const RuleContext& in) {
  LockReader reader(in);
  std::visit([&](const auto& what) { reader(what); }, statement.what);
  return std::move(reader.found);
}

}  // namespace runner
