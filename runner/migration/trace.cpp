#include "runner/migration/trace.hpp"

#include "runner/migration/trace_events.hpp"
#include "runner/sql/word_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace runner {

std::string TracedRelation::shown() const {
  return schema == "public" ? name : schema + "." + name;
}

// --- What is of interest -----------------------------------------------------------------------------------

using Words = std::span<const std::string_view>;

static bool is_one_of(std::string_view word, Words words) {
  return std::ranges::find(words, word) != words.end();
}

static constexpr std::array<std::string_view, 20> never{
    "SET",     "RESET", "SHOW", "LISTEN", "NOTIFY", "UNLISTEN", "CHECKPOINT", "LOAD",    "DISCARD", "PREPARE",
    "DECLARE", "FETCH", "MOVE", "CLOSE",  "GRANT",  "REVOKE",   "DEALLOCATE", "EXPLAIN", "LOCK",    "VALUES"};
static constexpr std::array<std::string_view, 7> queries{"INSERT", "UPDATE", "DELETE", "MERGE",
                                                         "COPY",   "WITH",   "SELECT"};
/// Second words of CREATE and ALTER.
static constexpr std::array<std::string_view, 16> no_relation{
    "FUNCTION", "PROCEDURE", "ROUTINE",   "AGGREGATE", "ROLE",     "USER",      "GROUP",   "SCHEMA",
    "OPERATOR", "CAST",      "COLLATION", "SERVER",    "LANGUAGE", "EXTENSION", "DEFAULT", "SYSTEM"};
/// Third words of COMMENT ON.
static constexpr std::array<std::string_view, 10> relation_parts{
    "TABLE", "COLUMN", "CONSTRAINT", "INDEX", "VIEW", "TRIGGER", "POLICY", "RULE", "MATERIALIZED", "FOREIGN"};
/// Without one of them, CREATE TABLE touches nothing else.
static constexpr std::array<std::string_view, 4> to_others{"REFERENCES", "PARTITION", "INHERITS", "LIKE"};

static bool has_word(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return a == b || (a >= 'a' && a <= 'z' && a - 'a' + 'A' == b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

static TraceInterest interest_in_create(std::string_view text, const std::vector<std::string>& words) {
  const std::size_t kind = words.size() > 3 && words[1] == "OR" ? 3 : 1;
  const std::string_view what = words.size() > kind ? std::string_view(words[kind]) : std::string_view();
  if (is_one_of(what, no_relation) || what == "TYPE" || what == "DOMAIN" || what == "SEQUENCE")
    return TraceInterest::none;
  if (what != "TABLE") return TraceInterest::schema;
  const bool alone = std::ranges::none_of(to_others, [&](std::string_view w) { return has_word(text, w); });
  return alone ? TraceInterest::query : TraceInterest::schema;  // CREATE TABLE … AS reads
}

TraceInterest trace_interest(const Statement& statement) {
  if (statement.kind != StatementKind::other) return TraceInterest::none;
  const std::vector<std::string> words = leading_words(statement.text, 4);
  if (words.empty()) return TraceInterest::query;  // "(SELECT …)"
  if (is_one_of(words[0], never)) return TraceInterest::none;
  // A function that is called may do anything.
  if (words[0] == "SELECT") return TraceInterest::schema;
  if (words[0] == "INSERT" && !has_word(statement.text, "SELECT")) return TraceInterest::none;
  if (is_one_of(words[0], queries)) return TraceInterest::query;
  if (words[0] == "CREATE") return interest_in_create(statement.text, words);
  const std::string_view second = words.size() > 1 ? std::string_view(words[1]) : std::string_view();
  if (words[0] == "ALTER" && is_one_of(second, no_relation)) return TraceInterest::none;
  if (words[0] == "COMMENT" && words.size() > 2 && !is_one_of(words[2], relation_parts))
    return TraceInterest::none;
  return TraceInterest::schema;
}

// --- Looking -----------------------------------------------------------------------------------------------

struct Trace::Impl {
  Session& traced;
  Session& beside;
  Oid newest = newest_relation(beside);
  bool alone = false;  ///< statements commit one by one
  bool begun = false;  ///< this transaction was looked at
  bool strong_locks = false;
  /// LOCK TABLE, whose locks were not looked at yet: SET TRANSACTION may still follow, which a query forbids.
  std::optional<Statement> explicit_lock{};
  bool committed_is_old = false;
  std::optional<RelationStates> before{};
  std::optional<trace_event::Outside> outside{};
  std::vector<TraceEvent> events{};

  void started(TransactionShape shape);
  void before_statement(const Statement& statement);
  void after_statement(const Statement& statement, std::chrono::nanoseconds duration);
  void begin_looking();
  void look(const Statement& statement, std::chrono::nanoseconds duration);
  bool wants(const Statement& statement) const;
  void transaction_ended();
  void ask_for_state_before();
};

void Trace::Impl::started(TransactionShape shape) {
  alone = shape == TransactionShape::none || shape == TransactionShape::as_written;
  if (alone) before = all_relations(beside);
}

bool Trace::Impl::wants(const Statement& statement) const {
  if (traced.state() != TransactionState::in_transaction) return false;
  switch (trace_interest(statement)) {
    case TraceInterest::none:
      return false;
    case TraceInterest::query:
      return strong_locks || explicit_lock;
    case TraceInterest::schema:
      return true;
  }
  return true;
}

void Trace::Impl::before_statement(const Statement& statement) {
  if (statement.kind == StatementKind::outside_transaction) {
    const auto effect = outside_effect(statement.text);
    if (!effect || traced.state() != TransactionState::idle) return;
    outside = trace_event::Outside{.effect = *effect};
    for (const OutsideEffect::Locked& lock : effect->locks)
      outside->tables.push_back(table_named(traced, lock.relation));
    return;
  }
  if (wants(statement)) begin_looking();
}

void Trace::Impl::begin_looking() {
  if (begun) return;
  if (committed_is_old && alone) {
    events.emplace_back(trace_event::Committed{all_relations(beside)});
    committed_is_old = false;
  }
  events.emplace_back(trace_event::Begun{scans_so_far(traced, newest)});
  begun = true;
}

static StatementTrace trace_of(const Statement& statement, std::chrono::nanoseconds duration) {
  const std::vector<std::string> words = leading_words(statement.text, 1);
  return {.offset = statement.offset,
          .command = words.empty() ? "SELECT" : words[0],
          .query = words.empty() || is_one_of(words[0], queries),
          .duration = duration};
}

void Trace::Impl::look(const Statement& statement, std::chrono::nanoseconds duration) {
  trace_event::Looked looked{.statement = trace_of(statement, duration),
                             .locked_by = explicit_lock ? explicit_lock->offset : statement.offset,
                             .locked = locked_relations(traced, newest)};
  strong_locks = std::ranges::any_of(
      looked.locked, [](const LockedRelation& locked) { return !blocked_by(locked.strongest).empty(); });
  explicit_lock.reset();
  events.emplace_back(std::move(looked));
}

void Trace::Impl::after_statement(const Statement& statement, std::chrono::nanoseconds duration) {
  if (outside) {
    outside->statement = trace_of(statement, duration);
    events.emplace_back(*std::exchange(outside, std::nullopt));
    committed_is_old = true;
    return;
  }
  const std::vector<std::string> words = leading_words(statement.text, 1);
  if (!words.empty() && words[0] == "LOCK") explicit_lock = statement;
  if (begun && wants(statement)) look(statement, duration);
}

void Trace::Impl::transaction_ended() {
  events.emplace_back(trace_event::Ended{});
  begun = strong_locks = false;
  explicit_lock.reset();
  committed_is_old = true;
}

/// While nothing of the migration is committed.
void Trace::Impl::ask_for_state_before() {
  if (before) return;
  if (explicit_lock && traced.state() == TransactionState::in_transaction) {
    begin_looking();
    look(*explicit_lock, {});
  }
  std::set<Oid> seen;
  for (const TraceEvent& event : events)
    if (const auto* looked = std::get_if<trace_event::Looked>(&event))
      for (const LockedRelation& locked : looked->locked) seen.insert(locked.relation);
  before = seen.empty() ? RelationStates{} : relations_and_indexes(beside, seen);
}

// --- Trace -------------------------------------------------------------------------------------------------

Trace::Trace(Session& traced, Session& beside) : impl_(new Impl{.traced = traced, .beside = beside}) {}
Trace::~Trace() = default;

void Trace::attach(ExecuteHooks& hooks) {
  hooks.started = [this](TransactionShape shape) { impl_->started(shape); };
  hooks.before_statement = [this](const Statement& statement) { impl_->before_statement(statement); };
  hooks.after_statement = [this](const Statement& statement, std::chrono::nanoseconds duration) {
    impl_->after_statement(statement, duration);
  };
  hooks.transaction_ended = [this] { impl_->transaction_ended(); };
  hooks.before_commit = [this] {
    if (!impl_->alone) impl_->ask_for_state_before();
  };
}

std::vector<StatementTrace> Trace::finish() {
  impl_->ask_for_state_before();
  return read_trace(impl_->events, *impl_->before);
}

}  // namespace runner
