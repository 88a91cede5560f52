#include "runner/migration/trace_events.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace runner {

namespace {
class Reader {
 public:
  explicit Reader(const RelationStates& before) : before_(before), now_(before) {}

  void operator()(const trace_event::Begun& begun) { counted_ = begun.scans; }
  void operator()(const trace_event::Ended&) { since_.clear(); }
  void operator()(const trace_event::Committed& committed) { now_ = committed.relations; }
  void operator()(const trace_event::Looked& looked);
  void operator()(const trace_event::Outside& outside);

  std::vector<StatementTrace> take() { return std::move(traces_); }

 private:
  std::vector<HeldLock> held(const trace_event::Looked& looked);
  void add_explicit_lock(std::size_t offset, const std::vector<HeldLock>& held);
  void add_work(const trace_event::Looked& looked, const LockedRelation& locked, StatementTrace& into);
  std::vector<std::string> built_indexes(const LockedRelation& table) const;
  ScanCount newly_counted(const LockedRelation& table);
  void remember(const LockedRelation& table);
  const RelationState* table_before(Oid relation) const;

  const RelationStates& before_;
  RelationStates now_;
  std::map<Oid, ScanCount> counted_{};
  std::map<Oid, std::pair<LockMode, std::size_t>> since_{};  ///< strongest mode, and the statement's offset
  std::vector<StatementTrace> traces_{};
};
}  // namespace

static TracedRelation traced(const RelationState& state) {
  return {.schema = state.schema, .name = state.name, .kind = state.kind};
}

const RelationState* Reader::table_before(Oid relation) const {
  const auto found = before_.find(relation);
  return found == before_.end() || found->second.table != 0 ? nullptr : &found->second;
}

/// A lock against all readers of an index is one of its table: every plan looks at all indexes of a table.
/// Source: PostgreSQL manual, REINDEX, "Notes".
std::vector<HeldLock> Reader::held(const trace_event::Looked& looked) {
  std::map<Oid, LockMode> modes;
  for (const LockedRelation& locked : looked.locked) {
    if (locked.strongest < LockMode::share_update_exclusive) continue;
    const auto state = before_.find(locked.relation);
    if (state == before_.end()) continue;
    const bool index = state->second.table != 0;
    if (index && locked.strongest != LockMode::access_exclusive) continue;
    LockMode& mode = modes.try_emplace(index ? state->second.table : locked.relation).first->second;
    mode = std::max(mode, locked.strongest);
  }
  std::vector<HeldLock> held;
  for (const auto& [relation, mode] : modes) {
    const RelationState* table = table_before(relation);
    if (table == nullptr) continue;
    auto& [strongest, offset] = since_.try_emplace(relation, LockMode::access_share, 0).first->second;
    if (strongest != mode)
      std::tie(strongest, offset) =
          std::pair(mode, looked.statement.query ? looked.locked_by : looked.statement.offset);
    held.push_back({.relation = traced(*table), .mode = mode, .since = offset});
  }
  return held;
}

/// Names of those whose file is new. An index that is only described anew keeps its file under a new number.
std::vector<std::string> Reader::built_indexes(const LockedRelation& table) const {
  std::set<Oid> files;
  for (const auto& [relation, state] : now_)
    if (state.table == table.relation) files.insert(state.file);
  std::vector<std::string> built;
  for (const LockedRelation::Index& index : table.indexes)
    if (index.file != 0 && !files.contains(index.file)) built.push_back(index.name);
  return built;
}

ScanCount Reader::newly_counted(const LockedRelation& table) {
  ScanCount& before = counted_[table.relation];
  const ScanCount counted{.whole = table.scans.whole - before.whole,
                          .by_index = table.scans.by_index - before.by_index};
  before = table.scans;
  return counted;
}

void Reader::remember(const LockedRelation& table) {
  RelationState& state = now_[table.relation];
  state.file = table.file;
  state.tablespace = table.tablespace;
  for (const LockedRelation::Index& index : table.indexes)
    now_[index.relation] = {
        .schema = state.schema, .name = index.name, .kind = 'i', .file = index.file, .table = table.relation};
}

/// TRUNCATE gives new files, too, and builds indexes of nothing: there the indexes' scans are all.
static bool is_rewritten(const RelationState& before, const LockedRelation& now, ScanCount counted,
                         std::size_t built) {
  if (now.dropped || before.file == now.file || before.kind == 'S') return false;
  return before.kind == 'm' || before.tablespace != now.tablespace ||
         counted.whole + counted.by_index > static_cast<std::int64_t>(built);
}

void Reader::add_work(const trace_event::Looked& looked, const LockedRelation& locked, StatementTrace& into) {
  const RelationState* table = table_before(locked.relation);
  const auto state = now_.find(locked.relation);
  if (table == nullptr || state == now_.end()) return;
  const ScanCount counted = newly_counted(locked);
  const std::vector<std::string> built = built_indexes(locked);
  const bool new_file = state->second.file != locked.file;
  if (is_rewritten(state->second, locked, counted, built.size()))
    into.work.push_back({.kind = WorkKind::rewrite, .relation = traced(*table)});
  else if (!new_file)
    for (const std::string& index : built)
      into.work.push_back({.kind = WorkKind::index_build, .relation = traced(*table), .index = index});
  // A query through an index may have read a single row; a schema change reads all of it, whatever the way.
  const std::int64_t reads = counted.whole + (looked.statement.query ? 0 : counted.by_index);
  if (!new_file && built.empty() && reads > 0)
    into.work.push_back({.kind = WorkKind::scan, .relation = traced(*table)});
  if (!locked.dropped) remember(locked);
}

static bool is_felt(const StatementTrace& statement) {
  return std::ranges::any_of(statement.held, [&](const HeldLock& lock) {
    return lock.since == statement.offset || (!statement.work.empty() && !blocked_by(lock.mode).empty());
  });
}

/// LOCK TABLE itself, which could not be looked at.
void Reader::add_explicit_lock(std::size_t offset, const std::vector<HeldLock>& held) {
  StatementTrace lock{.offset = offset, .command = "LOCK"};
  std::ranges::copy_if(held, std::back_inserter(lock.held),
                       [&](const HeldLock& one) { return one.since == offset; });
  if (!lock.held.empty()) traces_.push_back(std::move(lock));
}

void Reader::operator()(const trace_event::Looked& looked) {
  StatementTrace statement = looked.statement;
  statement.held = held(looked);
  if (looked.locked_by != statement.offset) add_explicit_lock(looked.locked_by, statement.held);
  for (const LockedRelation& locked : looked.locked) add_work(looked, locked, statement);
  if (is_felt(statement)) traces_.push_back(std::move(statement));
}

void Reader::operator()(const trace_event::Outside& outside) {
  StatementTrace statement = outside.statement;
  statement.in_transaction = false;
  const OutsideEffect& effect = outside.effect;
  if (effect.locks.empty()) statement.each_table = effect.each_table;
  for (std::size_t i = 0; i < effect.locks.size(); ++i) {
    const RelationState* table = table_before(outside.tables.at(i));
    if (table == nullptr) continue;
    statement.held.push_back(
        {.relation = traced(*table), .mode = effect.locks[i].mode, .since = statement.offset});
    if (effect.work)
      statement.work.push_back({.kind = *effect.work, .relation = traced(*table), .index = effect.index});
  }
  if (!statement.held.empty() || statement.each_table) traces_.push_back(std::move(statement));
}

std::vector<StatementTrace> read_trace(const std::vector<TraceEvent>& events, const RelationStates& before) {
  Reader reader{before};
  for (const TraceEvent& event : events) std::visit(reader, event);
  return reader.take();
}

}  // namespace runner
