#include "stages/dry_run/trace_sentence.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// Relations that a sentence names; the JSON report has all.
static constexpr std::size_t names_shown = 3;

// --- Sizes -------------------------------------------------------------------------------------------------

static std::string with_unit(std::int64_t amount, std::span<const std::string_view> units) {
  auto value = static_cast<double>(amount);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const bool tenth = unit > 0 && value < 9.95;
  return fmt::format("{:.{}f}{}", value, tenth ? 1 : 0, units[unit]);
}

std::string shown_size(const RelationSize& size) {
  static constexpr std::array<std::string_view, 4> counts{"", " k", " M", " G"};
  static constexpr std::array<std::string_view, 5> bytes{" bytes", " kB", " MB", " GB", " TB"};
  if (size.bytes == 0) return "empty";
  if (!size.rows) return "not analysed, " + with_unit(size.bytes, bytes);
  return fmt::format("{} {}, {}", with_unit(*size.rows, counts), *size.rows == 1 ? "row" : "rows",
                     with_unit(size.bytes, bytes));
}

// --- Sentences ---------------------------------------------------------------------------------------------

static std::string listed(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = names.size() > names_shown + 1 ? names_shown : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown && shown == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + names[i];
  }
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

static std::string in_brackets(const std::string& name, const std::vector<std::string>& notes) {
  if (notes.empty()) return name;
  return notes.size() == 1 ? fmt::format("{} ({})", name, notes[0])
                           : fmt::format("{} ({}; {})", name, notes[0], notes[1]);
}

std::string TraceSentence::named(const TracedRelation& relation) const {
  const auto size = sizes.find(relation);
  const bool holds_rows = relation.kind == 'r' || relation.kind == 'p' || relation.kind == 'm';
  if (!holds_rows || size == sizes.end()) return relation.shown();
  return in_brackets(relation.shown(), {shown_size(size->second)});
}

std::string TraceSentence::locked_name(const HeldLock& lock, const StatementTrace& statement) const {
  if (lock.since == statement.offset) return named(lock.relation);
  std::vector<std::string> notes;
  if (const auto size = sizes.find(lock.relation); size != sizes.end())
    notes.push_back(shown_size(size->second));
  notes.push_back(fmt::format("locked since line {}", line_of(lock.since)));
  return in_brackets(lock.relation.shown(), notes);
}

/// "all reads and writes of a and writes of b"
std::string TraceSentence::blocked(const StatementTrace& statement) const {
  std::vector<std::string> parts;
  for (const std::string_view what : {blocked_by(LockMode::access_exclusive), blocked_by(LockMode::share)}) {
    std::vector<std::string> names;
    for (const HeldLock& lock : statement.held)
      if (blocked_by(lock.mode) == what) names.push_back(locked_name(lock, statement));
    if (!names.empty()) parts.push_back(fmt::format("{} of {}", what, listed(names)));
  }
  return listed(parts);
}

std::string TraceSentence::phrase(const TracedWork& work, const StatementTrace& statement, bool alone) const {
  const std::string of = alone ? "" : " of " + named(work.relation);
  const std::string index = work.index.empty() ? "an index" : "index " + work.index;
  if (statement.query) return fmt::format("{} reads every row{}", statement.command, of);
  switch (work.kind) {
    case WorkKind::rewrite:
      return fmt::format("every row{} is rewritten", of);
    case WorkKind::scan:
      return fmt::format("every row{} is read", of);
    case WorkKind::index_build:
      return fmt::format("{}{} is built", index, of);
  }
  return {};
}

std::string TraceSentence::working(const StatementTrace& statement) const {
  std::vector<const TracedRelation*> locked;
  for (const HeldLock& lock : statement.held)
    if (blocked_by(lock.mode) != "" || statement.held.size() == 1) locked.push_back(&lock.relation);
  std::vector<std::string> phrases;
  for (const TracedWork& work : statement.work)
    phrases.push_back(phrase(work, statement, locked.size() == 1 && *locked[0] == work.relation));
  return listed(phrases);
}

static std::string of_each_table(const StatementTrace& statement) {
  const std::string_view what = blocked_by(*statement.each_table);
  return what.empty() ? "goes through every table; reads and writes go on"
                      : fmt::format("blocks {} of every table, one after the other", what);
}

std::string TraceSentence::of(const StatementTrace& statement) const {
  if (statement.each_table) return of_each_table(statement);
  const std::string waiting = blocked(statement);
  const std::string work = working(statement);
  if (!waiting.empty() && !work.empty()) return fmt::format("blocks {} while {}", waiting, work);
  if (!waiting.empty())
    return fmt::format("blocks {} until {} ends", waiting,
                       statement.in_transaction ? "the transaction" : "the statement");
  std::vector<std::string> names;
  for (const HeldLock& lock : statement.held) names.push_back(locked_name(lock, statement));
  const std::string locked = listed(names);
  return work.empty() ? fmt::format("locks {} against schema changes; reads and writes go on", locked)
                      : fmt::format("lets reads and writes of {} go on while {}", locked, work);
}

bool keeps_waiting(const StatementTrace& statement) {
  if (statement.each_table) return !blocked_by(*statement.each_table).empty();
  return !statement.work.empty() && std::ranges::any_of(statement.held, [](const HeldLock& lock) {
    return !blocked_by(lock.mode).empty();
  });
}

}  // namespace runner
