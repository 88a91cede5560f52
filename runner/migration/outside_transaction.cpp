#include "runner/migration/outside_transaction.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/blockers.hpp"
#include "runner/migration/concurrent_index.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/interrupted_statement.hpp"
#include "runner/migration/stop_aware_sleep.hpp"
#include "runner/migration/target_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace runner {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

static constexpr milliseconds first_back_off{200};
static constexpr milliseconds longest_back_off{5000};

class OutsideRun {
 public:
  OutsideRun(const OutsideWork& work, Session& session, const HistoryTable& history,
             const OutsideLimits& limits, Reporter& reporter, const StopSignal& stop)
      : work_(work),
        session_(session),
        history_(history),
        limits_(limits),
        reporter_(reporter),
        stop_(stop),
        directive_(says_no_transaction(work.source.sql)) {}

  TargetResult run();

 private:
  void check_digests() const;
  bool execute(std::size_t index);
  bool execute_in_transaction(std::size_t index);
  bool execute_alone(std::size_t index);
  enum class Try { done, refused, again };
  enum class Before { nothing, a_try_of_ours, an_earlier_run };
  Try try_alone(const Statement& statement, TargetWatch& watch, Before before);
  Try judge(const Statement& statement, const StatementResult& result, Before before, TargetWatch& watch);
  void prepare_alone(const Statement& statement);
  bool clean_up(const Statement& statement);
  void note(std::size_t index, bool done);
  void forget(std::size_t index);
  TargetResult finish();

  const OutsideWork& work_;
  Session& session_;
  const HistoryTable& history_;
  const OutsideLimits& limits_;
  Reporter& reporter_;
  const StopSignal& stop_;
  bool directive_;
  std::map<std::size_t, StatementProgress> progress_{};
  TargetResult result_{};
  Clock::time_point started_ = Clock::now();
};

}  // namespace

/// What was executed under other words cannot be gone on with.
void OutsideRun::check_digests() const {
  for (const auto& [index, step] : progress_) {
    const bool same = index < work_.statements.size() && sha256(work_.statements[index].text) == step.digest;
    if (same) continue;
    throw Error{ExitCode::failed,
                fmt::format("{} has changed since a part of it was executed", work_.source.shown_path)}
        .because(fmt::format("statement {} is not the one that runner_progress knows", index + 1))
        .hint(
            fmt::format("put the file back as it was; or bring the database to where the new file can start, "
                        "and DELETE FROM {} WHERE version = '{}'",
                        progress_table(session_, history_), work_.version));
  }
}

bool OutsideRun::execute_in_transaction(std::size_t index) {
  const Statement& statement = work_.statements[index];
  TargetWork step;
  step.doing = fmt::format("{}, statement {}", work_.doing, index + 1);
  step.source = work_.source;
  step.statements = {statement};
  step.version = work_.version;
  step.history = note_progress(session_, history_, work_.version, work_.way, index,
                               {.digest = sha256(statement.text), .done = true});
  step.probe = {.sql = fmt::format("SELECT 1 FROM {} WHERE version = $1 AND way = $2 AND statement = $3::int "
                                   "AND state = 'done'",
                                   progress_table(session_, history_)),
                .parameters = {work_.version, work_.way, std::to_string(index)}};
  TargetResult one = TargetTransaction(session_, history_, limits_.target, reporter_, stop_).run(step);
  result_.cost.waited += one.cost.waited;
  result_.cost.retries += one.cost.retries;
  result_.reconnected = result_.reconnected || one.reconnected;
  std::move(one.findings.begin(), one.findings.end(), std::back_inserter(result_.findings));
  return one.state == TargetResult::State::committed;
}

// --- statements that PostgreSQL wants alone

void OutsideRun::note(std::size_t index, bool done) {
  const SqlCall call = note_progress(session_, history_, work_.version, work_.way, index,
                                     {.digest = sha256(work_.statements[index].text), .done = done});
  session_.query(call.sql, "note the progress", call.parameters);
}

void OutsideRun::forget(std::size_t index) {
  const SqlCall call = forget_statement(session_, history_, work_.version, work_.way, index);
  session_.query(call.sql, "take the note of the statement back", call.parameters);
}

void OutsideRun::prepare_alone(const Statement& statement) {
  const bool concurrent = statement.kind == StatementKind::outside_transaction;
  const milliseconds wait = concurrent ? limits_.lock_timeout : limits_.target.lock_timeout.to;
  const milliseconds longest = concurrent ? limits_.statement_timeout : limits_.target.statement_timeout;
  const std::array<Cell, 2> parameters{fmt::format("{}ms", wait.count()),
                                       fmt::format("{}ms", longest.count())};
  session_.query("SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)",
                 "limit the time of a statement", parameters);
}

/// After a try that did not end well. False when something of it stays.
bool OutsideRun::clean_up(const Statement& statement) {
  bool clean = true;
  for (const std::string& index : invalid_leftovers(session_, statement.text)) {
    if (drop_invalid(session_, index)) {
      reporter_.say(fmt::format("  dropped the INVALID index {} that an earlier try left", index));
      continue;
    }
    clean = false;
    reporter_.warn(fmt::format(
        "an earlier try left the INVALID index {0}; a superuser can drop it: DROP INDEX {0}", index));
  }
  if (const auto index = concurrent_index(statement.text))
    for (const std::string& name : perhaps_left(session_, *index))
      reporter_.warn(
          fmt::format("the INVALID index {0} may be what this try left, which gives its index no "
                      "name; if it is: DROP INDEX CONCURRENTLY {0}",
                      name));
  return clean && look_at_interrupted(session_, statement.text).rest.empty();
}

OutsideRun::Try OutsideRun::judge(const Statement& statement, const StatementResult& result, Before before,
                                  TargetWatch& watch) {
  const SqlError& error = *result.error;
  if (error.sqlstate == "55P03" || error.sqlstate == "40P01" || !watch.held_too_long().empty())
    return Try::again;
  if (before == Before::an_earlier_run && says_done_before(error.sqlstate, statement.text)) {
    reporter_.say(fmt::format("  {}: it was done before the run that began it ended", error.message));
    return Try::done;
  }
  if (is_server_trouble(error)) throw target_error(error, work_.doing, work_.source, &statement);
  result_.findings.push_back(refused_on_target(error, work_.source, statement, session_));
  return Try::refused;
}

OutsideRun::Try OutsideRun::try_alone(const Statement& statement, TargetWatch& watch, Before before) {
  std::string sql(statement.text);
  if (before != Before::nothing) {
    clean_up(statement);
    const InterruptedStatement seen = look_at_interrupted(session_, statement.text);
    if (seen.done) return Try::done;
    if (!seen.rest.empty()) {
      reporter_.say("  an earlier try began it; it ends with " + seen.rest);
      sql = seen.rest;
    }
  }
  prepare_alone(statement);
  watch.begin_try(false);
  PipelineHooks hooks;
  hooks.first_look = watch.first_look();
  hooks.look = [&] { return watch.look(session_); };
  const std::array<PipelineCall, 1> call{{{.sql = sql}}};
  const PipelineResult sent = session_.execute_together(call, hooks);
  if (sent.interrupted) stop_.check();
  if (sent.connection_lost)
    throw Error{ExitCode::environment, fmt::format("the connection broke: {}", work_.doing)}
        .at(place_at(work_.source.shown_path, work_.source.sql, statement.offset))
        .hint("run it again: it goes on with this statement");
  if (!sent.reset) session_.reset();
  if (sent.results.empty() || !sent.results.back().error) return Try::done;
  return judge(statement, sent.results.back(), before, watch);
}

bool OutsideRun::execute_alone(std::size_t index) {
  const Statement& statement = work_.statements[index];
  Before before = progress_.contains(index) ? Before::an_earlier_run : Before::nothing;
  if (before == Before::nothing) note(index, false);
  TargetWatch watch{session_, reporter_, limits_.target.max_lock_hold};
  milliseconds pause = first_back_off;
  const auto end = Clock::now() + limits_.target.retry_for;
  for (;;) {
    const Try tried = try_alone(statement, watch, before);
    if (tried == Try::done) break;
    const bool clean = clean_up(statement);
    if (tried == Try::refused) {
      // Else the next run would take a refusal for an effect that it had.
      if (clean) forget(index);
      return false;
    }
    if (Clock::now() + pause > end) {
      const std::string blockers = shown(watch.blockers());
      throw Error{ExitCode::busy, fmt::format("cannot {} without keeping others waiting", work_.doing)}
          .at(place_at(work_.source.shown_path, work_.source.sql, statement.offset))
          .because(blockers.empty() ? "a lock could not be had in time" : "in the way was " + blockers)
          .hint("run it again when the blocking sessions have ended: it goes on with this statement");
    }
    sleep_unless_stopped(jittered(pause), stop_);
    pause = std::min(pause * 2, longest_back_off);
    ++result_.cost.retries;
    before = Before::a_try_of_ours;
  }
  note(index, true);
  return true;
}

bool OutsideRun::execute(std::size_t index) {
  stop_.check();
  reporter_.progress(index, work_.statements.size(), work_.source.subject);
  return runs_in_transaction(work_.statements[index], directive_) ? execute_in_transaction(index)
                                                                  : execute_alone(index);
}

/// The history's row, the ledger's entry and the end of the progress, as one transaction.
TargetResult OutsideRun::finish() {
  TargetWork last;
  last.doing = work_.doing;
  last.source = work_.source;
  last.version = work_.version;
  last.history = work_.history;
  last.inserts = work_.inserts;
  last.also = {forget_progress(session_, history_, work_.version, work_.way)};
  last.entry = [this](const LockCost& cost) {
    LedgerEntry entry = work_.entry({result_.cost.waited + cost.waited, result_.cost.retries + cost.retries});
    entry.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
    return entry;
  };
  TargetResult whole = TargetTransaction(session_, history_, limits_.target, reporter_, stop_).run(last);
  whole.cost.waited += result_.cost.waited;
  whole.cost.retries += result_.cost.retries;
  whole.reconnected = whole.reconnected || result_.reconnected;
  whole.duration = Clock::now() - started_;
  return whole;
}

TargetResult OutsideRun::run() {
  progress_ = read_progress(session_, history_, work_.version, work_.way);
  check_digests();
  const auto done = static_cast<std::size_t>(
      std::count_if(progress_.begin(), progress_.end(), [](const auto& step) { return step.second.done; }));
  if (done > 0)
    reporter_.say(
        fmt::format("{} goes on behind {} done earlier", work_.source.subject, count_of(done, "statement")));
  for (std::size_t i = 0; i < work_.statements.size(); ++i) {
    if (const auto step = progress_.find(i); step != progress_.end() && step->second.done) continue;
    if (execute(i)) continue;
    result_.state = TargetResult::State::refused;
    result_.duration = Clock::now() - started_;
    return std::move(result_);
  }
  return finish();
}

TargetResult run_outside_transaction(const OutsideWork& work, Session& session, const HistoryTable& history,
                                     const OutsideLimits& limits, Reporter& reporter,
                                     const StopSignal& stop) {
  return OutsideRun(work, session, history, limits, reporter, stop).run();
}

}  // namespace runner
