#include "stages/dry_run/trace_report.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/text.hpp"
#include "stages/dry_run/trace_sentence.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace runner {

/// How many bytes a row has where nobody counted the rows yet.
static constexpr std::int64_t guessed_row_bytes = 100;
static constexpr std::size_t locks_told = 50;

std::set<TracedRelation> relations_in(const std::vector<StatementTrace>& statements) {
  std::set<TracedRelation> relations;
  for (const StatementTrace& statement : statements) {
    for (const HeldLock& lock : statement.held) relations.insert(lock.relation);
    for (const TracedWork& work : statement.work) relations.insert(work.relation);
  }
  return relations;
}

namespace {
class Writer {
 public:
  Writer(const TracedMigration& traced, std::int64_t warn_rows)
      : traced_(traced), warn_rows_(warn_rows), sentence_{traced.sizes, [this](std::size_t offset) {
                                                            return place(offset).line;
                                                          }} {}

  TraceReport write();

 private:
  Place place(std::size_t offset) const {
    return place_at(traced_.migration.shown_path, traced_.sql, offset);
  }
  void add(const StatementTrace& statement);
  void add_locks();
  void add_times();
  StatementEffect effect_of(const StatementTrace& statement, const std::string& sentence) const;
  void warn(const StatementTrace& statement, const std::string& sentence);
  bool is_long(const StatementTrace& statement) const;
  std::string remedy(const StatementTrace& statement) const;

  const TracedMigration& traced_;
  std::int64_t warn_rows_;
  TraceSentence sentence_;
  TraceReport report_{};
};
}  // namespace

/// The strongest lock on each relation.
void Writer::add_locks() {
  std::map<TracedRelation, HeldLock> strongest;
  for (const StatementTrace& statement : traced_.statements)
    for (const HeldLock& lock : statement.held) {
      HeldLock& kept = strongest.try_emplace(lock.relation, lock).first->second;
      if (lock.mode > kept.mode) kept = lock;
    }
  std::size_t told = 0;
  for (const auto& [relation, lock] : strongest)
    if (++told <= locks_told)
      report_.facts.push_back({.subject = traced_.migration.label(),
                               .topic = topic::locks,
                               .text = fmt::format("{} on {}, line {}", to_string(lock.mode),
                                                   sentence_.named(relation), place(lock.since).line)});
  if (told > locks_told)
    report_.facts.push_back({.subject = traced_.migration.label(),
                             .topic = topic::locks,
                             .text = fmt::format("locks on {} more", told - locks_told)});
}

bool Writer::is_long(const StatementTrace& statement) const {
  if (!keeps_waiting(statement)) return false;
  return std::ranges::any_of(statement.work, [&](const TracedWork& work) {
    const auto size = traced_.sizes.find(work.relation);
    if (size == traced_.sizes.end()) return false;
    return size->second.rows.value_or(size->second.bytes / guessed_row_bytes) >= warn_rows_;
  });
}

std::string Writer::remedy(const StatementTrace& statement) const {
  const bool only_older = std::ranges::none_of(statement.held, [&](const HeldLock& lock) {
    return lock.since == statement.offset && !blocked_by(lock.mode).empty();
  });
  if (only_older)
    return "Give this statement a migration of its own: there it does not run under\nthe locks of those "
           "before it.";
  switch (statement.work.front().kind) {
    case WorkKind::rewrite:
      return "Make a new column or table, fill it in batches, and change over to it in a\nlater migration.";
    case WorkKind::scan:
      return "Add the constraint NOT VALID, and VALIDATE it in the next migration. For NOT\nNULL, do so with "
             "CHECK (… IS NOT NULL) first.";
    case WorkKind::index_build:
      return "Build the index CONCURRENTLY, in a migration of its own; a constraint can then\nbe added USING "
             "INDEX.";
  }
  return {};
}

void Writer::warn(const StatementTrace& statement, const std::string& sentence) {
  report_.findings.push_back({.rule = "long-lock",
                              .severity = Severity::warning,
                              .place = place(statement.offset),
                              .subject = traced_.migration.label(),
                              .message = sentence,
                              .remedy = remedy(statement)});
}

static std::string_view name_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::rewrite:
      return "rewrite";
    case WorkKind::scan:
      return "scan";
    case WorkKind::index_build:
      return "index build";
  }
  return {};
}

StatementEffect Writer::effect_of(const StatementTrace& statement, const std::string& sentence) const {
  StatementEffect effect{.subject = traced_.migration.label(),
                         .place = place(statement.offset),
                         .command = statement.command,
                         .duration = statement.duration,
                         .in_transaction = statement.in_transaction,
                         .text = sentence};
  for (const HeldLock& lock : statement.held)
    effect.locks.push_back(
        {lock.relation.shown(), std::string(to_string(lock.mode)), place(lock.since).line});
  if (statement.each_table)
    effect.locks.push_back({"", std::string(to_string(*statement.each_table)), effect.place.line});
  for (const TracedWork& work : statement.work)
    effect.work.push_back({std::string(name_of(work.kind)), work.relation.shown(), work.index});
  for (const TracedRelation& relation : relations_in({statement}))
    if (const auto size = traced_.sizes.find(relation); size != traced_.sizes.end())
      effect.sizes.push_back({relation.shown(), size->second.rows, size->second.bytes});
  return effect;
}

void Writer::add(const StatementTrace& statement) {
  const std::string sentence = sentence_.of(statement);
  report_.statements.push_back(effect_of(statement, sentence));
  const std::string line = fmt::format("line {} {}", place(statement.offset).line, sentence);
  if (!statement.work.empty() || statement.each_table)
    report_.facts.push_back(
        {.subject = traced_.migration.label(), .topic = topic::rewrite_or_scan, .text = line});
  const bool warned = is_long(statement);
  if (warned) warn(statement, sentence);
  if (warned) return;
  report_.lines.push_back({line, keeps_waiting(statement)});
}

/// Times on a shadow say little of those on a target: for whoever looks closely.
void Writer::add_times() {
  for (const StatementTrace& statement : traced_.statements)
    report_.times += fmt::format("{}line {} {}", report_.times.empty() ? "" : ", ",
                                 place(statement.offset).line, for_people(statement.duration));
}

TraceReport Writer::write() {
  add_locks();
  for (const StatementTrace& statement : traced_.statements) add(statement);
  add_times();
  return std::move(report_);
}

TraceReport trace_report(const TracedMigration& traced, std::int64_t warn_rows) {
  return Writer{traced, warn_rows}.write();
}

}  // namespace runner
