#include "runner/postgres/session_impl.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

/// A cancel request that arrives between two statements is ignored: it is repeated.
static constexpr std::chrono::milliseconds between_cancels{50};

/// Like wait, for statements that were sent together: a stop signal cancels them, but their answers are read,
/// because one of them may tell that a COMMIT came through.
void Session::Impl::wait_watched(bool writable) {
  const bool stopping = watch->interrupted();
  switch (wait_for_socket(pg(), true, writable, stopping ? nullptr : stop, watch->next)) {
    case Wake::socket:
      return;
    case Wake::stop:
      watch->end = std::chrono::steady_clock::now() + time_to_cancel;
      break;
    case Wake::deadline:
      if (!stopping) {
        watch->next = std::chrono::steady_clock::now() + watch->hooks.look();
        return;
      }
      if (std::chrono::steady_clock::now() > *watch->end) given_up = true;
      break;
  }
  send_cancel();
  watch->next = std::chrono::steady_clock::now() + between_cancels;
}

static constexpr std::array resets{PipelineCall{.sql = "RESET SESSION AUTHORIZATION"},
                                   PipelineCall{.sql = "RESET ROLE"}, PipelineCall{.sql = "RESET ALL"}};

/// Names must differ from those that another run left behind a pooler.
bool Session::Impl::send_planned(const PipelineCall& call) {
  auto plan = plans.find(call.sql);
  if (plan == plans.end()) {
    plan = plans.emplace(call.sql, fmt::format("runner_{}_{}", ::getpid(), ++plans_made)).first;
    planning.insert(&call);
    if (PQsendPrepare(pg(), plan->second.c_str(), plan->first.c_str(), 0, nullptr) == 0) return false;
  }
  const std::vector<const char*> values = values_of(call.parameters);
  return PQsendQueryPrepared(pg(), plan->second.c_str(), static_cast<int>(values.size()), values.data(),
                             nullptr, nullptr, 0) != 0;
}

bool Session::Impl::send_call(const PipelineCall& call) {
  return call.again ? send_planned(call) : send(std::string(call.sql), call.parameters, true);
}

bool Session::Impl::send_calls(std::span<const PipelineCall> calls, Between between) {
  for (const PipelineCall& call : calls) {
    if (!send_call(call)) return false;
    // What is asked for is to come as soon as it is known: a transaction's number must not wait for COMMIT.
    // The rest comes when the server's buffer is full, or at the end: waking us for each answer takes its
    // time.
    if (between == Between::synchronise ? PQpipelineSync(pg()) == 0
                                        : call.keep_rows && PQsendFlushRequest(pg()) == 0)
      return false;
  }
  return true;
}

bool Session::Impl::send_reset(const PipelineCall& last) {
  return std::all_of(resets.begin(), resets.end(),
                     [this](const PipelineCall& call) { return send_call(call); }) &&
         send_call(last) && PQpipelineSync(pg()) != 0 && flush({});
}

/// Where the call needed a plan first: was it made?
void Session::Impl::read_plan(const PipelineCall& call, StatementResult& into) {
  if (planning.erase(&call) == 0) return;
  bool made = false;
  while (const Result one = next({})) {
    made = PQresultStatus(one.get()) == PGRES_COMMAND_OK;
    if (PQresultStatus(one.get()) != PGRES_PIPELINE_ABORTED) take(one.get(), into);
    if (PQstatus(pg()) == CONNECTION_BAD) break;
  }
  if (!made) plans.erase(plans.find(call.sql));
}

/// False when the call was skipped, because one before it failed.
bool Session::Impl::read_one(const PipelineCall& call, StatementResult& into) {
  read_plan(call, into);
  bool executed = true;
  PQsetSingleRowMode(pg());
  while (const Result one = next({})) {
    const auto status = PQresultStatus(one.get());
    if (status == PGRES_PIPELINE_ABORTED) {
      executed = false;
    } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      given_up = true;  // there is no way back from here
      into.error =
          SqlError{.sqlstate = "0A000", .message = "COPY from or to the client is not possible here"};
      return true;
    } else if (!call.keep_rows && (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK)) {
      into.command_tag = PQcmdStatus(one.get());
    } else {
      take(one.get(), into);
    }
    if (PQstatus(pg()) == CONNECTION_BAD) break;
  }
  into.notices = std::exchange(notices, {});
  return executed || into.error;
}

static bool failed(const PipelineResult& result) {
  return !result.results.empty() && result.results.back().error;
}

/// DEALLOCATE took a prepared statement away, or a pooler gave us a session that has one of this name.
static bool lost_its_plan(const PipelineCall& call, const StatementResult& result) {
  return call.again && result.error &&
         (result.error->sqlstate == "26000" || result.error->sqlstate == "42P05");
}

void Session::Impl::read_calls(std::span<const PipelineCall> calls, Between between,
                               const PipelineHooks& hooks, PipelineResult& into) {
  for (const PipelineCall& call : calls) {
    StatementResult result;
    result_open = false;
    const bool executed = read_one(call, result);
    if (broken()) {
      // Of an error that ended the connection, the server's words are worth keeping.
      if (result.error && !failed(into)) into.results.push_back(std::move(result));
      return;
    }
    if (between == Between::synchronise) next({});
    if (!executed || failed(into)) continue;
    into.plans_lost = lost_its_plan(call, result);
    into.results.push_back(std::move(result));
    if (hooks.on_result) hooks.on_result(into.results.size() - 1, into.results.back());
  }
  if (between == Between::flush) next({});  // the one synchronisation
}

bool Session::Impl::read_reset(const PipelineCall& last) {
  bool done = true;
  const auto read = [&](const PipelineCall& call) {
    StatementResult result;
    done = read_one(call, result) && !result.error && done;
    if (lost_its_plan(call, result)) plans.clear();
  };
  for (const PipelineCall& call : resets) read(call);
  read(last);
  next({});  // the second synchronisation
  return done;
}

/// False when the connection broke.
bool Session::Impl::run_at_once(std::span<const PipelineCall> calls, const PipelineCall& last,
                                const PipelineHooks& hooks, PipelineResult& into) {
  if (!send_calls(calls, Between::flush) || PQpipelineSync(pg()) == 0 || !send_reset(last)) return false;
  read_calls(calls, Between::flush, hooks, into);
  return !broken();
}

/// A server that waits for the rest of a text does so without a limit: PostgreSQL counts the time of an idle
/// transaction only behind a synchronisation. Behind each, a statement would run by itself if there were no
/// transaction, so nothing follows before that is sure.
bool Session::Impl::run_in_parts(std::span<const PipelineCall> calls, const PipelineCall& last,
                                 const PipelineHooks& hooks, PipelineResult& into) {
  const auto opening = calls.first(hooks.opening);
  if (!send_calls(opening, Between::flush) || PQpipelineSync(pg()) == 0 || !flush({})) return false;
  read_calls(opening, Between::flush, hooks, into);
  if (broken()) return false;
  const bool open = !failed(into) && !watch->interrupted();
  const auto rest = open ? calls.subspan(hooks.opening) : std::span<const PipelineCall>{};
  if (!send_calls(rest, Between::synchronise) || !send_reset(last)) return false;
  if (!rest.empty()) read_calls(rest, Between::synchronise, hooks, into);
  return !broken();
}

/// What a kernel surely takes from us at once, whatever its buffers are.
static constexpr std::size_t taken_at_once_bytes = std::size_t{32} * 1024;

static std::size_t bytes_of(std::span<const PipelineCall> calls) {
  std::size_t bytes = 0;
  for (const PipelineCall& call : calls) {
    bytes += call.sql.size();
    for (const Cell& cell : call.parameters) bytes += cell ? cell->size() : 0;
  }
  return bytes;
}

PipelineResult Session::Impl::run_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks) {
  if (stop != nullptr) stop->check();
  PipelineResult all;
  notices.clear();
  notices_seen = 0;
  planning.clear();
  const std::string settings_text = settings_call(true);
  const bool again =
      std::any_of(calls.begin(), calls.end(), [](const PipelineCall& call) { return call.again; });
  const PipelineCall last{.sql = settings_text, .again = again};
  SessionWatch watching{.hooks = hooks};
  if (hooks.look) watching.next = std::chrono::steady_clock::now() + hooks.first_look;
  watch = &watching;
  const bool in_parts = hooks.opening > 0 && bytes_of(calls) > taken_at_once_bytes;
  if (!given_up && PQenterPipelineMode(pg()) != 0 &&
      (in_parts ? run_in_parts(calls, last, hooks, all) : run_at_once(calls, last, hooks, all)))
    all.reset = read_reset(last);
  if (all.plans_lost) plans.clear();
  watch = nullptr;
  all.interrupted = watching.interrupted();
  all.connection_lost = given_up || PQstatus(pg()) != CONNECTION_OK || PQexitPipelineMode(pg()) == 0;
  notices.clear();
  return all;
}

}  // namespace runner
