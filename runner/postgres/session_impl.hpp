#pragma once

#include "runner/postgres/connecting.hpp"
#include "runner/postgres/pqxx_connection.hpp"
#include "runner/postgres/session.hpp"
#include "runner/postgres/socket_wait.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace runner {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

/// As libpq takes them; they refer to the cells.
inline std::vector<const char*> values_of(std::span<const Cell> parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const Cell& cell : parameters) values.push_back(cell ? cell->c_str() : nullptr);
  return values;
}

/// What goes on while statements that were sent together are waited for.
struct SessionWatch {
  const PipelineHooks& hooks;
  Deadline next{};
  Deadline end{};  ///< set by a stop signal
  bool interrupted() const { return end.has_value(); }
};

/// Behind Session: session.cpp waits and sends one statement, session_results.cpp reads what came back,
/// session_copy.cpp carries COPY's data, session_pipeline.cpp sends several statements together.
struct Session::Impl {
  DatabaseUrl url;
  SessionSettings settings;
  const StopSignal* stop;
  PqxxConnection connection;
  std::vector<Notice> notices{};
  std::size_t notices_seen = 0;
  bool result_open = false;                 ///< rows of one result are arriving one by one
  bool given_up = false;                    ///< a cancelled statement did not end in time
  int backend_pid = 0;                      ///< as the server says; a pooler's own number differs
  SessionWatch* watch = nullptr;            ///< while statements were sent together
  const CopySource* copy_source = nullptr;  ///< during copy_in
  std::exception_ptr copy_failure{};        ///< what it threw
  std::map<std::string, std::string, std::less<>> plans{};  ///< prepared statements' names, by their texts
  std::size_t plans_made = 0;
  std::set<const PipelineCall*> planning{};  ///< whose answer comes behind that of a PREPARE

  Impl(DatabaseUrl address, SessionSettings wanted, const StopSignal* signal, RawConnection raw)
      : url(std::move(address)), settings(std::move(wanted)), stop(signal), connection(raw.release()) {
    PQsetnonblocking(pg(), 1);
    PQsetNoticeReceiver(pg(), keep_notice, this);
  }

  PGconn* pg() const { return connection.raw(); }
  /// A migration may raise a notice per row; nobody reads more than this.
  static constexpr std::size_t notices_kept = 1000;
  /// How long a statement that we cancelled may take to end before the connection is given up.
  static constexpr std::chrono::seconds time_to_cancel{2};

  static void keep_notice(void* self, const PGresult* result);

  StatementResult run(std::string_view sql, std::span<const Cell> parameters, bool with_parameters);
  bool send(const std::string& sql, std::span<const Cell> parameters, bool with_parameters);
  bool flush(const Deadline& deadline);
  Result next(const Deadline& deadline);
  void take(const PGresult* one, StatementResult& into);
  void take_rows(const PGresult* one, StatementResult& into);
  void refuse_copy_in(StatementResult& into);
  void feed_copy();
  void end_copy(const char* failure);
  std::string_view next_of_copy();
  void drain_copy_out(StatementResult& into);
  void wait(bool writable, const Deadline& deadline);
  void wait_watched(bool writable);
  void send_cancel() const;
  PipelineResult run_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks);
  enum class Between { flush, synchronise };
  bool send_call(const PipelineCall& call);
  bool send_planned(const PipelineCall& call);
  void read_plan(const PipelineCall& call, StatementResult& into);
  bool send_calls(std::span<const PipelineCall> calls, Between between);
  bool send_reset(const PipelineCall& last);
  bool broken() const { return given_up || PQstatus(pg()) == CONNECTION_BAD; }
  bool read_one(const PipelineCall& call, StatementResult& into);
  void read_calls(std::span<const PipelineCall> calls, Between between, const PipelineHooks& hooks,
                  PipelineResult& into);
  bool run_at_once(std::span<const PipelineCall> calls, const PipelineCall& last, const PipelineHooks& hooks,
                   PipelineResult& into);
  bool run_in_parts(std::span<const PipelineCall> calls, const PipelineCall& last, const PipelineHooks& hooks,
                    PipelineResult& into);
  bool read_reset(const PipelineCall& last);
  std::string settings_call(bool all) const;
  [[noreturn]] void interrupt();
  void lose(StatementResult& into) const;

  void apply_settings(std::string_view before = {});
};

}  // namespace runner
