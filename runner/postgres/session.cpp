#include "runner/postgres/session.hpp"

#include "runner/core/error.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/connecting.hpp"
#include "runner/postgres/pooler.hpp"
#include "runner/postgres/pqxx_connection.hpp"
#include "runner/postgres/socket_wait.hpp"

#include <array>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace runner {

namespace {
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

/// A migration may raise a notice per row; nobody reads more than this.
constexpr std::size_t notices_kept = 1000;
/// How long a statement that we cancelled may take to end before the connection is given up.
constexpr std::chrono::seconds time_to_cancel{2};
/// A cancel request that arrives between two statements is ignored: it is repeated.
constexpr std::chrono::milliseconds between_cancels{50};

/// What goes on while statements that were sent together are waited for.
struct Watch {
  const PipelineHooks& hooks;
  Deadline next{};
  Deadline end{};  ///< set by a stop signal
  bool interrupted() const { return end.has_value(); }
};
}  // namespace

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
  Watch* watch = nullptr;                   ///< while statements were sent together
  const CopySource* copy_source = nullptr;  ///< during copy_in
  std::exception_ptr copy_failure{};        ///< what it threw

  Impl(DatabaseUrl address, SessionSettings wanted, const StopSignal* signal, RawConnection raw)
      : url(std::move(address)), settings(std::move(wanted)), stop(signal), connection(raw.release()) {
    PQsetnonblocking(pg(), 1);
    PQsetNoticeReceiver(pg(), keep_notice, this);
  }

  PGconn* pg() const { return connection.raw(); }
  static void keep_notice(void* self, const PGresult* result);

  StatementResult run(std::string_view sql, std::span<const Cell> parameters, bool with_parameters);
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
  bool send_together(std::span<const PipelineCall> calls);
  bool read_one(const PipelineCall& call, StatementResult& into);
  void read_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks, PipelineResult& into);
  bool read_reset();
  std::string settings_call(bool all) const;
  [[noreturn]] void interrupt();
  void lose(StatementResult& into) const;

  void apply_settings(std::string_view before = {});
};

static std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : hide_secrets(text);
}

void Session::Impl::keep_notice(void* self, const PGresult* result) {
  auto& impl = *static_cast<Impl*>(self);
  if (++impl.notices_seen > notices_kept) return;
  impl.notices.push_back(Notice{.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED),
                                .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                                .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                                .hint = field(result, PG_DIAG_MESSAGE_HINT)});
}

static SqlError error_of(const PGresult* result) {
  SqlError error{.sqlstate = field(result, PG_DIAG_SQLSTATE),
                 .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                 .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                 .hint = field(result, PG_DIAG_MESSAGE_HINT),
                 .context = field(result, PG_DIAG_CONTEXT),
                 .column = field(result, PG_DIAG_COLUMN_NAME),
                 .constraint = field(result, PG_DIAG_CONSTRAINT_NAME)};
  if (const std::string position = field(result, PG_DIAG_STATEMENT_POSITION); !position.empty())
    error.position_chars = std::stoul(position);
  if (error.message.empty())  // libpq's own: no fields
    error.message = hide_secrets(std::string(trimmed(PQresultErrorMessage(result))));
  return error;
}

// --- Waiting -----------------------------------------------------------------------------------------------

/// With a deadline only for the end of a cancelled statement, when the stop signal is up already.
void Session::Impl::wait(bool writable, const Deadline& deadline) {
  if (watch != nullptr) return wait_watched(writable);
  switch (wait_for_socket(pg(), true, writable, deadline ? nullptr : stop, deadline)) {
    case Wake::socket:
      return;
    case Wake::stop:
      interrupt();
    case Wake::deadline:
      stop->check();
      return;
  }
}

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

bool Session::Impl::flush(const Deadline& deadline) {
  while (!given_up) {
    const int left = PQflush(pg());
    if (left <= 0) return left == 0;
    wait(true, deadline);
    // The server may be sending, too: unread, both sides would wait for each other.
    if (PQconsumeInput(pg()) == 0) return false;
  }
  return false;
}

Result Session::Impl::next(const Deadline& deadline) {
  while (PQisBusy(pg()) != 0) {
    wait(false, deadline);
    if (watch != nullptr && given_up) return nullptr;
    if (PQconsumeInput(pg()) == 0) break;  // PQgetResult then tells what broke
  }
  return Result(PQgetResult(pg()));
}

void Session::Impl::send_cancel() const {
  if (PGcancel* request = PQgetCancel(pg())) {
    char words[256];
    PQcancel(request, words, sizeof words);
    PQfreeCancel(request);
  }
}

/// Ends what runs and throws. The session stays usable when the server answers in time.
void Session::Impl::interrupt() {
  send_cancel();
  const Deadline deadline = std::chrono::steady_clock::now() + time_to_cancel;
  // A server that reads a COPY looks at no cancel request before its data end.
  if (std::exchange(copy_source, nullptr) != nullptr) {
    PQputCopyEnd(pg(), "interrupted");
    PQflush(pg());
  }
  given_up = true;
  while (const Result rest = next(deadline)) {
    const auto status = PQresultStatus(rest.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || PQstatus(pg()) == CONNECTION_BAD)
      stop->check();
  }
  given_up = false;
  stop->check();
  throw Error{ExitCode::interrupted, "interrupted"};
}

// --- Results -----------------------------------------------------------------------------------------------

static bool send_query(PGconn* connection, const std::string& sql, std::span<const Cell> parameters,
                       bool with_parameters) {
  if (!with_parameters) return PQsendQuery(connection, sql.c_str()) != 0;
  std::vector<const char*> values;
  for (const Cell& cell : parameters) values.push_back(cell ? cell->c_str() : nullptr);
  return PQsendQueryParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                           nullptr, nullptr, 0) != 0;
}

StatementResult Session::Impl::run(std::string_view sql, std::span<const Cell> parameters,
                                   bool with_parameters) {
  if (stop != nullptr) stop->check();
  StatementResult result;
  notices.clear();
  notices_seen = 0;
  result_open = false;
  if (sql.find('\0') != std::string_view::npos) {
    result.error = SqlError{.sqlstate = "22021",
                            .message = "the text holds a NUL byte, which PostgreSQL cannot take",
                            .position_chars = sql.find('\0') + 1};
    return result;
  }
  // Single rows: memory stays flat, however many there are.
  if (given_up || !send_query(pg(), std::string(sql), parameters, with_parameters) ||
      PQsetSingleRowMode(pg()) == 0 || !flush({})) {
    lose(result);
    return result;
  }
  while (const Result one = next({})) take(one.get(), result);
  if (PQstatus(pg()) == CONNECTION_BAD) lose(result);
  result.notices = std::move(notices);
  if (notices_seen > notices_kept)
    result.notices.push_back(
        Notice{.severity = "NOTICE", .message = fmt::format("{} more notices", notices_seen - notices_kept)});
  return result;
}

void Session::Impl::take(const PGresult* one, StatementResult& into) {
  switch (PQresultStatus(one)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
      take_rows(one, into);
      break;
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
      into.command_tag = PQcmdStatus(const_cast<PGresult*>(one));  // reads only; the parameter predates const
      break;
    case PGRES_COPY_IN:
      if (copy_source != nullptr)
        feed_copy();
      else
        refuse_copy_in(into);
      break;
    case PGRES_COPY_OUT:
      drain_copy_out(into);
      break;
    case PGRES_NONFATAL_ERROR:
      break;
    default:
      // refuse_copy_in has better words than the server, which only repeats what we told it
      if (!into.error) into.error = error_of(one);
      break;
  }
}

void Session::Impl::take_rows(const PGresult* one, StatementResult& into) {
  const int columns = PQnfields(one);
  if (!result_open) {
    into.rows = {};
    for (int column = 0; column < columns; ++column) into.rows.columns.emplace_back(PQfname(one, column));
  }
  for (int row = 0; row < PQntuples(one) && into.rows.rows.size() < settings.max_rows; ++row) {
    std::vector<Cell>& cells = into.rows.rows.emplace_back();
    cells.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(one, row, column) != 0)
        cells.emplace_back();
      else
        cells.emplace_back(std::string(PQgetvalue(one, row, column),
                                       static_cast<std::size_t>(PQgetlength(one, row, column))));
    }
  }
  result_open = PQresultStatus(one) == PGRES_SINGLE_TUPLE;
  if (!result_open) into.command_tag = PQcmdStatus(const_cast<PGresult*>(one));
}

void Session::Impl::refuse_copy_in(StatementResult& into) {
  into.error = SqlError{.sqlstate = "0A000",
                        .message = "COPY … FROM STDIN needs data that a migration file cannot carry",
                        .hint = "write INSERT statements, or load the data with `runner seed`"};
  PQputCopyEnd(pg(), "no data can follow");
  flush({});
}

/// The source's next piece; its exception is kept until the server was told that nothing follows.
std::string_view Session::Impl::next_of_copy() {
  try {
    return (*copy_source)();
  } catch (...) {
    copy_failure = std::current_exception();
    return {};
  }
}

void Session::Impl::end_copy(const char* failure) {
  copy_source = nullptr;
  if (PQputCopyEnd(pg(), failure) == 1) flush({});
}

/// Whatever goes wrong with the connection or on the server, the next result tells.
void Session::Impl::feed_copy() {
  for (std::string_view piece = next_of_copy(); !piece.empty(); piece = next_of_copy()) {
    if (stop != nullptr && stop->requested()) interrupt();
    if (PQputCopyData(pg(), piece.data(), static_cast<int>(piece.size())) != 1 || !flush({})) return;
  }
  end_copy(copy_failure ? "the data cannot be read" : nullptr);
}

void Session::Impl::drain_copy_out(StatementResult& into) {
  for (;;) {
    char* data = nullptr;
    const int size = PQgetCopyData(pg(), &data, 1);
    PQfreemem(data);
    if (size < 0) break;
    if (size > 0) continue;
    wait(false, {});
    if (PQconsumeInput(pg()) == 0) break;
  }
  if (!into.error)
    into.error = SqlError{.sqlstate = "0A000",
                          .message = "COPY … TO STDOUT has nobody to send its data to",
                          .hint = "remove the statement, or copy into a table"};
}

void Session::Impl::lose(StatementResult& into) const {
  into.connection_lost = given_up || PQstatus(pg()) == CONNECTION_BAD;
  if (into.error) return;
  into.error = SqlError{.sqlstate = into.connection_lost ? "08006" : "",
                        .message = hide_secrets(std::string(trimmed(PQerrorMessage(pg()))))};
}

// --- Statements sent together ------------------------------------------------------------------------------

static constexpr std::array<const char*, 3> resets{"RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"};

bool Session::Impl::send_together(std::span<const PipelineCall> calls) {
  for (const PipelineCall& call : calls)
    // Each answer is to come as soon as it is known: the transaction's number must not wait for COMMIT.
    if (!send_query(pg(), std::string(call.sql), call.parameters, true) || PQsendFlushRequest(pg()) == 0)
      return false;
  if (PQpipelineSync(pg()) == 0) return false;
  for (const char* reset : resets)
    if (!send_query(pg(), reset, {}, true)) return false;
  return send_query(pg(), settings_call(true), {}, true) && PQpipelineSync(pg()) != 0 && flush({});
}

/// False when the call was skipped, because one before it failed.
bool Session::Impl::read_one(const PipelineCall& call, StatementResult& into) {
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
  return executed;
}

void Session::Impl::read_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks,
                                  PipelineResult& into) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    StatementResult result;
    result_open = false;
    const bool executed = read_one(calls[i], result);
    if (given_up || PQstatus(pg()) == CONNECTION_BAD) {
      // Of an error that ended the connection, the server's words are worth keeping.
      if (result.error) into.results.push_back(std::move(result));
      return;
    }
    if (!executed) continue;
    into.results.push_back(std::move(result));
    if (hooks.on_result) hooks.on_result(i, into.results.back());
  }
  next({});  // the first synchronisation
}

bool Session::Impl::read_reset() {
  bool done = true;
  for (std::size_t i = 0; i <= resets.size(); ++i)
    while (const Result one = next({}))
      done = done &&
             (PQresultStatus(one.get()) == PGRES_COMMAND_OK || PQresultStatus(one.get()) == PGRES_TUPLES_OK);
  next({});  // the second synchronisation
  return done;
}

PipelineResult Session::Impl::run_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks) {
  if (stop != nullptr) stop->check();
  PipelineResult all;
  notices.clear();
  notices_seen = 0;
  Watch watching{.hooks = hooks};
  if (hooks.look) watching.next = std::chrono::steady_clock::now() + hooks.first_look;
  watch = &watching;
  if (!given_up && PQenterPipelineMode(pg()) != 0 && send_together(calls)) {
    read_together(calls, hooks, all);
    if (!given_up && PQstatus(pg()) == CONNECTION_OK) all.reset = read_reset();
  }
  watch = nullptr;
  all.interrupted = watching.interrupted();
  all.connection_lost = given_up || PQstatus(pg()) != CONNECTION_OK || PQexitPipelineMode(pg()) == 0;
  notices.clear();
  return all;
}

// --- Settings ----------------------------------------------------------------------------------------------

static constexpr int version_with_connection_check = 140000;

/// What RESET ALL would take away again is set here, not at the start of the connection: poolers refuse
/// `options`. Without `all`, only what must hold.
std::string Session::Impl::settings_call(bool all) const {
  std::string call = "SELECT pg_catalog.pg_backend_pid()";
  const auto set = [&](std::string_view name, std::string_view value) {
    call += fmt::format(", pg_catalog.set_config('{}', '{}', false)", name, value);
  };
  if (settings.read_only) set("default_transaction_read_only", "on");
  if (!all) return call;
  // The server ends a statement whose client is gone, instead of holding its locks to the end.
  if (PQserverVersion(pg()) >= version_with_connection_check) set("client_connection_check_interval", "2s");
  const char* superuser = PQparameterStatus(pg(), "is_superuser");
  if (superuser != nullptr && std::string_view(superuser) == "on") set("lc_messages", "C");
  return call;
}

void Session::Impl::apply_settings(std::string_view before) {
  StatementResult result = run(std::string(before) + settings_call(true), {}, false);
  // client_connection_check_interval does not exist on every platform of a server; read_only must hold.
  if (result.error && !result.connection_lost)
    result = run(std::string(before) + settings_call(false), {}, false);
  if (result.error)
    throw Error{ExitCode::environment, fmt::format("cannot set up the session at {}", url.describe())}
        .because(result.error->message);
  backend_pid = std::stoi(result.rows.rows.at(0).at(0).value_or("0"));
}

// --- Session -----------------------------------------------------------------------------------------------

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Session Session::connect(const DatabaseUrl& url, const SessionSettings& settings, const StopSignal* stop) {
  if (stop != nullptr) stop->check();
  refuse_pooler_address(url);
  auto impl = std::make_unique<Impl>(url, settings, stop, open_connection(url, settings, stop));
  impl->apply_settings();
  refuse_shared_backend(impl->pg(), impl->backend_pid, url, settings, stop);
  return Session(std::move(impl));
}

StatementResult Session::execute(std::string_view sql) {
  return impl_->run(sql, {}, false);
}

StatementResult Session::execute(std::string_view sql, std::span<const Cell> parameters) {
  return impl_->run(sql, parameters, true);
}

StatementResult Session::copy_in(std::string_view sql, const CopySource& source) {
  impl_->copy_source = &source;
  impl_->copy_failure = nullptr;
  StatementResult result;
  try {
    result = impl_->run(sql, {}, false);
  } catch (...) {
    impl_->copy_source = nullptr;
    throw;
  }
  impl_->copy_source = nullptr;
  if (impl_->copy_failure) std::rethrow_exception(std::exchange(impl_->copy_failure, nullptr));
  return result;
}

PipelineResult Session::execute_together(std::span<const PipelineCall> calls, const PipelineHooks& hooks) {
  return impl_->run_together(calls, hooks);
}

Rows Session::query(std::string_view sql, std::string_view doing, std::span<const Cell> parameters) {
  StatementResult result = parameters.empty() ? execute(sql) : execute(sql, parameters);
  if (!result.error) return std::move(result.rows);
  Error error{ExitCode::environment, fmt::format("cannot {} at {}", doing, url().describe())};
  error.because(result.connection_lost
                    ? "the connection broke: " + result.error->message
                    : fmt::format("{} (SQLSTATE {})", result.error->message, result.error->sqlstate));
  if (!result.error->hint.empty()) error.hint(result.error->hint);
  throw error;
}

TransactionState Session::state() const {
  switch (PQtransactionStatus(impl_->pg())) {
    case PQTRANS_IDLE:
      return TransactionState::idle;
    case PQTRANS_ACTIVE:
    case PQTRANS_INTRANS:
      return TransactionState::in_transaction;
    case PQTRANS_INERROR:
      return TransactionState::failed;
    case PQTRANS_UNKNOWN:
      break;
  }
  return TransactionState::unknown;
}

int Session::server_version() const {
  return PQserverVersion(impl_->pg());
}

int Session::backend_pid() const {
  return impl_->backend_pid;
}

const DatabaseUrl& Session::url() const {
  return impl_->url;
}

void Session::reset() {
  impl_->apply_settings("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; ");
}

void Session::cancel() {
  impl_->send_cancel();
}

std::string Session::quoted_identifier(std::string_view name) const {
  return impl_->connection.quoted_name(name);
}

std::string Session::quoted_literal(std::string_view text) const {
  return impl_->connection.quoted_text(text);
}

}  // namespace runner
