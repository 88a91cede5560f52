#include "runner/postgres/session.hpp"

#include "runner/core/error.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/connecting.hpp"
#include "runner/postgres/pooler.hpp"
#include "runner/postgres/session_impl.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

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

bool Session::Impl::send(const std::string& sql, std::span<const Cell> parameters, bool with_parameters) {
  if (!with_parameters) return PQsendQuery(pg(), sql.c_str()) != 0;
  const std::vector<const char*> values = values_of(parameters);
  return PQsendQueryParams(pg(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
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
  if (given_up || !send(std::string(sql), parameters, with_parameters) || PQsetSingleRowMode(pg()) == 0 ||
      !flush({})) {
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

void Session::Impl::lose(StatementResult& into) const {
  into.connection_lost = given_up || PQstatus(pg()) == CONNECTION_BAD;
  if (into.error) return;
  into.error = SqlError{.sqlstate = into.connection_lost ? "08006" : "",
                        .message = hide_secrets(std::string(trimmed(PQerrorMessage(pg()))))};
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

void Session::listen_to(const StopSignal* stop) {
  impl_->stop = stop;
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

std::string Session::address() const {
  PGconn* connection = impl_->pg();
  return fmt::format("{}:{}/{}", PQhost(connection), PQport(connection), PQdb(connection));
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
