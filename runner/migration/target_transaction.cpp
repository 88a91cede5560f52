#include "runner/migration/target_transaction.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/blockers.hpp"
#include "runner/migration/commit_in_doubt.hpp"
#include "runner/migration/lock_patience.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/migration/stop_aware_sleep.hpp"
#include "runner/migration/target_error.hpp"
#include "runner/migration/target_script.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// --- the history's row

static constexpr std::string_view returned =
    "pg_catalog.pg_current_xact_id()::text, pg_catalog.pg_current_wal_insert_lsn()::text";

SqlCall history_insert(const Session& session, const HistoryTable& history, const HistoryRow& row,
                       const std::optional<std::vector<std::string>>& rollback) {
  SqlCall call{.sql = {}, .parameters = {row.version, row.name, text_array(row.statements)}};
  if (rollback) call.parameters.emplace_back(text_array(*rollback));
  call.sql =
      fmt::format("INSERT INTO {} (version, name, statements{}) VALUES ($1, $2, $3{}) RETURNING {}",
                  history.quoted(session), rollback ? ", rollback" : "", rollback ? ", $4" : "", returned);
  return call;
}

/// Without a row there is nothing to divide by: what follows is skipped, as after a duplicate key.
SqlCall history_delete(const Session& session, const HistoryTable& history, const std::string& version) {
  return {.sql = fmt::format("WITH gone AS (DELETE FROM {} WHERE version = $1 RETURNING 1) "
                             "SELECT {}, 1 / (SELECT count(*) FROM gone)",
                             history.quoted(session), returned),
          .parameters = {version}};
}

/// Another one had inserted or deleted the row.
static bool means_already(const SqlError& error) {
  return error.sqlstate == "23505" || error.sqlstate == "22012";
}

std::int64_t own_share(const Written& during_the_try, const Written& while_idle) {
  if (while_idle.time.count() <= 0) return during_the_try.written_bytes;
  const double others = static_cast<double>(while_idle.written_bytes) *
                        static_cast<double>(during_the_try.time.count()) /
                        static_cast<double>(while_idle.time.count());
  return during_the_try.written_bytes - static_cast<std::int64_t>(others);
}

// --- one change

namespace {

/// A try that cost the server more than this is not made again.
static constexpr milliseconds longest_try{5000};
static constexpr std::int64_t largest_try_bytes = 64LL * 1024 * 1024;

class Change {
 public:
  Change(Session& session, const HistoryTable& history, const TargetLimits& limits, Reporter& reporter,
         const StopSignal& stop, std::span<const TargetWork> works, const std::string& doing)
      : session_(session),
        history_(history),
        limits_(limits),
        reporter_(reporter),
        stop_(stop),
        works_(works),
        doing_(doing),
        watch_(session, reporter, limits.max_lock_hold),
        patience_(limits.lock_timeout) {}

  TargetResult run();

 private:
  enum class Next { done, again };
  Next attempt();
  PipelineResult send();
  Next judge(const PipelineResult& sent, milliseconds took);
  Next judge_lost(const PipelineResult& sent);
  Next judge_error(const SqlError& error, std::size_t index, milliseconds took);
  Next busy(const SqlError& error, milliseconds took);
  [[noreturn]] void give_up(const std::string& why);
  std::int64_t written_bytes();
  void wait_and_check_cost(milliseconds took);

  Session& session_;
  const HistoryTable& history_;
  const TargetLimits& limits_;
  Reporter& reporter_;
  const StopSignal& stop_;
  std::span<const TargetWork> works_;
  const std::string& doing_;
  TargetWatch watch_;
  TargetResult result_{};
  LockPatience patience_;
  bool keeps_plans_ = true;
  milliseconds back_off_{};
  Clock::time_point started_ = Clock::now();
  std::optional<TargetScript> script_{};  ///< of the last try
  std::string transaction_{};
  std::string wal_begin_{};
};

}  // namespace

PipelineResult Change::send() {
  const auto elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
  script_.emplace(works_, session_, history_, patience_.next_wait(elapsed), limits_.statement_timeout,
                  result_.cost, keeps_plans_);
  PipelineHooks hooks;
  hooks.opening = TargetScript::opening;
  hooks.first_look = watch_.first_look();
  hooks.look = [this] { return watch_.look(session_); };
  hooks.on_result = [this](std::size_t index, const StatementResult& result) {
    if (index == script_->first_history() && !result.error) {
      transaction_ = result.rows.rows.at(0).at(0).value_or("");
      wal_begin_ = result.rows.rows.at(0).at(1).value_or("");
    }
    if (script_->statement_at(index) != nullptr) {
      const TargetWork& work = script_->work_at(index);
      reporter_.progress(script_->number_of_statement(index), work.statements.size(), work.source.subject);
      for (const Notice& notice : result.notices)
        reporter_.detail(fmt::format("  {}: {}", notice.severity, notice.message));
    }
  };
  return session_.execute_together(script_->calls(), hooks);
}

Change::Next Change::attempt() {
  transaction_.clear();
  wal_begin_.clear();
  watch_.begin_try(result_.cost.retries > 0);
  const auto began = Clock::now();
  const PipelineResult sent = send();
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
  return judge(sent, took);
}

Change::Next Change::judge(const PipelineResult& sent, milliseconds took) {
  const bool answered = sent.results.size() == script_->calls().size() && !sent.results.back().error;
  if (answered && sent.results.back().command_tag == "COMMIT") {
    result_.state = TargetResult::State::committed;
    if (sent.connection_lost)
      judge_lost(sent);
    else if (!sent.reset)
      session_.reset();
    return Next::done;
  }
  if (sent.connection_lost) return judge_lost(sent);
  const RollbackGuard guard{session_};
  if (sent.interrupted) {
    stop_.check();
    throw Error{ExitCode::interrupted, "interrupted"};
  }
  if (sent.plans_lost && std::exchange(keeps_plans_, false)) return Next::again;
  if (sent.results.empty() || !sent.results.back().error)
    throw Error{ExitCode::environment, fmt::format("cannot {}", doing_)}.because(
        "the server ended the transaction without saying why");
  return judge_error(*sent.results.back().error, sent.results.size() - 1, took);
}

/// The server has everything that was sent, COMMIT included, and may go on with it.
Change::Next Change::judge_lost(const PipelineResult& sent) {
  std::string why = "the connection broke";
  if (!sent.results.empty() && sent.results.back().error) why = sent.results.back().error->message;
  reporter_.warn(fmt::format("the connection broke; looking what became of {}", doing_));
  result_.reconnected = true;
  const bool committed = was_committed({.doing = doing_,
                                        .transaction = transaction_,
                                        .version = works_.front().version,
                                        .probe = works_.front().probe,
                                        .inserts = works_.front().inserts},
                                       session_, history_, stop_);
  if (!committed) {
    stop_.check();
    throw Error{ExitCode::environment,
                fmt::format("the connection broke, and nothing was kept of: {}", doing_)}
        .because(why)
        .hint("run it again: it goes on from there");
  }
  reporter_.say(fmt::format("{} was committed before the connection broke", doing_));
  result_.state = TargetResult::State::committed;
  return Next::done;
}

Change::Next Change::judge_error(const SqlError& error, std::size_t index, milliseconds took) {
  if (!watch_.held_too_long().empty() && error.sqlstate == "57014") return busy(error, took);
  if (error.sqlstate == "55P03" || error.sqlstate == "40P01") return busy(error, took);
  const Statement* statement = script_->statement_at(index);
  const TargetWork& work = script_->work_at(index);
  if (script_->is_history(index) && means_already(error)) {
    result_.state = TargetResult::State::already;
    return Next::done;
  }
  const bool at_commit = index == script_->commit() && !work.statements.empty();
  if (is_server_trouble(error) || (statement == nullptr && !at_commit))
    throw target_error(error, doing_, work.source, statement);
  result_.state = TargetResult::State::refused;
  result_.refused_work = work.doing;
  result_.findings.push_back(statement != nullptr
                                 ? refused_on_target(error, work.source, *statement, session_)
                                 : refused_commit(without_data(error), work.source, work.statements.back()));
  return Next::done;
}

// --- waiting for locks

void Change::give_up(const std::string& why) {
  const std::string blockers = shown(watch_.blockers());
  Error error{ExitCode::busy, fmt::format("cannot {} without keeping others waiting", doing_)};
  error.because(blockers.empty() ? why : fmt::format("{}; in the way was {}", why, blockers));
  error.hint(watch_.held_too_long().empty()
                 ? "run it again when the blocking sessions have ended, or raise `retry_for` on the step"
                 : "split the migration, or raise `max_lock_hold` on the step for a quiet hour");
  throw error;
}

/// Of the whole server: what others wrote is in it.
std::int64_t Change::written_bytes() {
  const std::array<Cell, 1> parameters{wal_begin_};
  const Rows written =
      session_.query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn)::bigint",
                     "ask how much was written", parameters);
  return std::stoll(written.rows.at(0).at(0).value_or("0"));
}

/// Waits, and looks meanwhile how much the others write: PostgreSQL before 18 does not tell a backend's own.
void Change::wait_and_check_cost(milliseconds took) {
  const std::int64_t written = wal_begin_.empty() ? 0 : written_bytes();
  const auto began = Clock::now();
  sleep_unless_stopped(jittered(back_off_), stop_);
  if (written <= largest_try_bytes) return;
  const auto idle = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
  const std::int64_t ours = own_share({.written_bytes = written, .time = took},
                                      {.written_bytes = written_bytes() - written, .time = idle});
  if (ours > largest_try_bytes)
    give_up("a try that wrote more than 64 MB of WAL before it met a lock is not repeated");
}

Change::Next Change::busy(const SqlError& error, milliseconds took) {
  RollbackGuard(session_).end();
  const std::string& held = watch_.held_too_long();
  const std::string why = held.empty() ? error.message
                                       : fmt::format("locks on {} were held for more than {}", held,
                                                     for_people(limits_.max_lock_hold));
  if (took > longest_try)
    give_up(fmt::format("a try that ran for {} before it met a lock is not repeated", for_people(took)));
  const auto spent = Clock::now() - started_;
  back_off_ = patience_.next_pause();
  if (spent + back_off_ > limits_.retry_for)
    give_up(fmt::format("{} after {} in {}", why,
                        count_of(static_cast<std::size_t>(result_.cost.retries + 1), "try", "tries"),
                        for_people(spent)));
  if (result_.cost.retries == 0)
    reporter_.say(
        fmt::format("{}: {}; trying again for up to {}", doing_, why, for_people(limits_.retry_for)));
  wait_and_check_cost(took);
  ++result_.cost.retries;
  result_.cost.waited = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
  return Next::again;
}

TargetResult Change::run() {
  while (attempt() == Next::again) {
  }
  if (!result_.reconnected && session_.state() == TransactionState::idle &&
      result_.state != TargetResult::State::committed)
    session_.reset();
  result_.duration = Clock::now() - started_;
  return std::move(result_);
}

TargetResult TargetTransaction::run(const TargetWork& work) {
  return run({&work, 1}, work.doing);
}

TargetResult TargetTransaction::run(std::span<const TargetWork> works, const std::string& doing) {
  return Change(session_, history_, limits_, reporter_, stop_, works, doing).run();
}

}  // namespace runner
