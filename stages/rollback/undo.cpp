#include "stages/rollback/undo.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/history_changes.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/migration/rollback_guard.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

namespace runner {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

static bool is_lock_trouble(const SqlError& error) {
  return error.sqlstate == "55P03" || error.sqlstate == "40P01";
}

namespace {
class Undo {
 public:
  Undo(const StepInput& in, Services& use, const WayBack& way, const UndoRecord& record)
      : in_(in),
        use_(use),
        target_(*use.target),
        way_(way),
        record_(record),
        source_{way.sql, way.shown_path, way.of.label()} {}
  Undone run();

 private:
  enum class Try { done, refused, locked };
  Try try_once();
  Try one_by_one();
  Try send(const Statement& statement);
  Try finish();
  void begin();
  void limit_session();
  Try commit();
  Try settle_commit(const std::string& transaction, const SqlError& error);
  std::set<int> done_before();
  void remember(int statement);
  void wait_before_retry();
  void write_ledger();
  [[noreturn]] void give_up(const SqlError& error) const;
  Try trouble(const StatementResult& result, const Statement* statement);

  const StepInput& in_;
  Services& use_;
  Session& target_;
  const WayBack& way_;
  const UndoRecord& record_;
  SqlSource source_;
  std::vector<Statement> statements_{};
  Undone undone_{};
  SqlError last_lock_error_{};
  std::int64_t retries_ = 0;
  milliseconds lock_timeout_{};
  Clock::time_point started_ = Clock::now();
};
}  // namespace

// --- one transaction ---------------------------------------------------------------------------------------

/// What a target says may quote rows.
static SqlError without_data(SqlError error) {
  error.detail.clear();
  error.context.clear();
  return error;
}

Undo::Try Undo::trouble(const StatementResult& result, const Statement* statement) {
  if (result.connection_lost)
    throw Error{ExitCode::environment, "the connection broke: the server rolled the transaction back"}
        .because(result.error->message);
  if (is_lock_trouble(*result.error)) {
    last_lock_error_ = *result.error;
    return Try::locked;
  }
  const SqlError error = without_data(*result.error);
  if (statements_.empty())
    throw Error{ExitCode::failed, fmt::format("cannot take {} out of the history", way_.of.label())}.because(
        error.message);
  undone_.findings.push_back(statement != nullptr ? refused_statement(error, source_, *statement)
                                                  : refused_commit(error, source_, statements_.back()));
  return Try::refused;
}

Undo::Try Undo::send(const Statement& statement) {
  const StatementResult result = target_.execute(statement.text);
  return result.error ? trouble(result, &statement) : Try::done;
}

void Undo::begin() {
  target_.query("BEGIN", "begin a transaction");
  target_.query(fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; SET LOCAL "
                            "idle_in_transaction_session_timeout = '5s'",
                            lock_timeout_.count(), in_.options.duration("statement_timeout").count()),
                "limit the transaction's time");
}

void Undo::write_ledger() {
  LedgerEntry entry;
  entry.run = record_.run;
  entry.action = "rollback";
  entry.version = way_.of.row.version;
  entry.name = way_.of.row.name;
  entry.rollback_digest = way_.digest;
  entry.proof = record_.proof;
  entry.retries = retries_;
  const SqlCall call = add_entry(target_, in_.history, entry);
  target_.query(call.sql, "write the ledger", call.parameters);
}

/// Reads what became of a transaction whose COMMIT got no answer.
/// Source: PostgreSQL manual, pg_xact_status.
Undo::Try Undo::settle_commit(const std::string& transaction, const SqlError& error) {
  static constexpr int tries = 50;
  const std::array<Cell, 1> parameters{transaction};
  for (int i = 0; i < tries; ++i) {
    use_.stop.check();
    try {
      target_ = Session::connect(target_.url(), {}, &use_.stop);
      while (true) {
        const Rows rows = target_.query("SELECT pg_xact_status($1::text::xid8)",
                                        "ask what became of the COMMIT", parameters);
        const std::string status = rows.rows.at(0).at(0).value_or("");
        if (status == "committed") return Try::done;
        if (status == "aborted")
          throw Error{ExitCode::environment,
                      "the connection broke at COMMIT: the transaction was rolled back"}
              .because(error.message);
        if (status != "in progress") break;
        std::this_thread::sleep_for(milliseconds(100));
      }
    } catch (const Error& problem) {
      if (problem.code() != ExitCode::environment || problem.message().find("at COMMIT") != std::string::npos)
        throw;
    }
    std::this_thread::sleep_for(milliseconds(200));
  }
  throw Error{
      ExitCode::unknown,
      fmt::format("whether {} is rolled back is not known: the connection broke at COMMIT", way_.of.label())}
      .because(error.message)
      .hint("look with 'runner status' when the database answers again");
}

Undo::Try Undo::commit() {
  const std::string transaction =
      target_.query("SELECT pg_current_xact_id()::text", "ask for the transaction's number")
          .rows.at(0)
          .at(0)
          .value_or("");
  const StatementResult result = target_.execute("COMMIT");
  if (!result.error) return Try::done;
  if (result.connection_lost) return settle_commit(transaction, *result.error);
  return trouble(result, nullptr);
}

/// The history's row, the ledger, COMMIT.
Undo::Try Undo::finish() {
  write_ledger();
  return commit();
}

Undo::Try Undo::try_once() {
  RollbackGuard guard{target_};
  begin();
  // First, so that of two at once one waits here and then finds nothing left to do.
  const StatementResult removed = target_.execute(
      fmt::format("DELETE FROM {} WHERE version::text = $1 RETURNING 1", in_.history.quoted(target_)),
      std::array<Cell, 1>{way_.of.row.version});
  if (removed.error) return trouble(removed, statements_.empty() ? nullptr : &statements_.front());
  if (removed.rows.rows.empty()) {
    undone_.by_another = true;
    return Try::done;
  }
  for (const Statement& statement : statements_) {
    if (statement.kind == StatementKind::begin || statement.kind == StatementKind::commit) continue;
    if (const Try result = send(statement); result != Try::done) return result;
  }
  return finish();
}

// --- outside a transaction ---------------------------------------------------------------------------------

static std::string digest_of(const Statement& statement) {
  return sha256(statement.text);
}

std::set<int> Undo::done_before() {
  const std::array<Cell, 1> parameters{way_.of.row.version};
  const Rows rows = target_.query(
      fmt::format(
          "SELECT statement::text, digest FROM {} WHERE version = $1 AND way = 'rollback' AND state = 'done'",
          progress_table(target_, in_.history)),
      "read how far an earlier call came", parameters);
  std::set<int> done;
  for (const std::vector<Cell>& row : rows.rows) {
    const int index = std::stoi(row.at(0).value_or("-1"));
    if (index >= 0 && static_cast<std::size_t>(index) < statements_.size() &&
        digest_of(statements_[static_cast<std::size_t>(index)]) == row.at(1))
      done.insert(index);
  }
  return done;
}

void Undo::remember(int statement) {
  const std::array<Cell, 3> parameters{way_.of.row.version, std::to_string(statement),
                                       digest_of(statements_[static_cast<std::size_t>(statement)])};
  target_.query(
      fmt::format("INSERT INTO {} (version, way, statement, digest, state) VALUES ($1, 'rollback', "
                  "$2::integer, $3, 'done') ON CONFLICT (version, way, statement) DO UPDATE SET digest = "
                  "EXCLUDED.digest, state = 'done', changed_at = now()",
                  progress_table(target_, in_.history)),
      "write down how far the rollback came", parameters);
}

void Undo::limit_session() {
  target_.query(fmt::format("SET lock_timeout = '5s'; SET statement_timeout = {}",
                            in_.options.duration("statement_timeout").count()),
                "limit a statement's time");
}

Undo::Try Undo::one_by_one() {
  const std::set<int> done = done_before();
  if (!done.empty())
    use_.reporter.say(fmt::format("{}: goes on behind {} of {} statements, which are done", way_.of.label(),
                                  done.size(), statements_.size()));
  limit_session();
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    if (done.contains(static_cast<int>(i))) continue;
    if (const Try result = send(statements_[i]); result != Try::done) {
      target_.reset();
      return result;
    }
    remember(static_cast<int>(i));
  }
  target_.reset();
  RollbackGuard guard{target_};
  begin();
  const std::array<Cell, 1> parameters{way_.of.row.version};
  target_.query(fmt::format("DELETE FROM {} WHERE version = $1 AND way = 'rollback'",
                            progress_table(target_, in_.history)),
                "clear the progress", parameters);
  undone_.by_another = !remove_applied(target_, in_.history, way_.of.row.version);
  return undone_.by_another ? commit() : finish();
}

// --- again and again ---------------------------------------------------------------------------------------

void Undo::give_up(const SqlError& error) const {
  throw Error{ExitCode::busy,
              fmt::format("{} is not rolled back: others hold the locks that it needs", way_.of.label())}
      .because(fmt::format("{} (SQLSTATE {}), {} in {}", error.message, error.sqlstate,
                           retries_ == 0 ? "tried once" : fmt::format("tried {} times", retries_ + 1),
                           for_people(Clock::now() - started_)))
      .hint("run it again when the database is calmer, or raise `retry_for`");
}

/// With jitter, so that two who wait for each other don't meet again; listens to the stop signal.
void Undo::wait_before_retry() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int most =
      static_cast<int>(std::min<std::int64_t>(50LL << std::min<std::int64_t>(retries_, 5), 1000));
  pollfd stop{.fd = use_.stop.fd(), .events = POLLIN, .revents = 0};
  ::poll(&stop, 1, std::uniform_int_distribution<int>(most / 2, most)(random));
  use_.stop.check();
}

Undone Undo::run() {
  const SplitResult split = split_statements(way_.sql);
  if (!split.problems.empty()) {
    undone_.findings.push_back(unsplittable(split.problems.front(), source_));
    return std::move(undone_);
  }
  statements_ = split.statements;
  const TransactionShape shape = transaction_shape(statements_, way_.sql);
  if (shape == TransactionShape::as_written) {
    Finding finding = finding_at(statements_.front(), source_, "own-transaction", Severity::error);
    finding.message = "the rollback's own BEGIN and COMMIT would part it from its history row";
    finding.remedy = "Remove them: a rollback is one transaction anyway.";
    undone_.findings.push_back(std::move(finding));
    return std::move(undone_);
  }
  const DurationRange timeouts = in_.options.range("lock_timeout");
  lock_timeout_ = timeouts.from;
  for (;;) {
    const Try result = shape == TransactionShape::none ? one_by_one() : try_once();
    if (result != Try::locked) break;
    if (Clock::now() - started_ >= in_.options.duration("retry_for")) give_up(last_lock_error_);
    if (retries_++ == 0)
      use_.reporter.say(way_.of.label() + ": waits, because others hold the locks that it needs");
    wait_before_retry();
    lock_timeout_ = std::min(lock_timeout_ * 2, timeouts.to);
  }
  undone_.duration = Clock::now() - started_;
  return std::move(undone_);
}

Undone undo(const StepInput& in, Services& use, const WayBack& way, const UndoRecord& record) {
  return Undo(in, use, way, record).run();
}

}  // namespace runner
