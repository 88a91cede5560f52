#include "runner/postgres/connecting.hpp"

#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/socket_wait.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace runner {

void FinishConnection::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

/// Added where the address does not say otherwise. A peer that vanished is noticed within about 20 s, and a
/// host that swallows packets makes room for the next one of a list.
/// Source: PostgreSQL manual, "Parameter Key Words"; tcp(7) TCP_USER_TIMEOUT, which also bounds connecting.
static constexpr std::pair<const char*, const char*> connection_defaults[] = {
    {"client_encoding", "UTF8"},  {"keepalives", "1"},       {"keepalives_idle", "10"},
    {"keepalives_interval", "3"}, {"keepalives_count", "3"}, {"tcp_user_timeout", "20000"},
};

static PGconn* start(const DatabaseUrl& url, const SessionSettings& settings) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  for (const auto& [keyword, value] : connection_defaults)
    if (url.get(keyword).empty()) add(keyword, value);
  add("fallback_application_name", settings.application_name.c_str());
  for (const auto& [keyword, value] : url.parameters()) add(keyword.c_str(), value.c_str());
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(keywords.data(), values.data(), 0);
}

/// Per host, because libpq tries the hosts of a list one after the other.
static std::chrono::milliseconds time_to_connect(const DatabaseUrl& url, const SessionSettings& settings) {
  std::chrono::milliseconds limit = settings.connect_timeout;
  const std::string text = url.get("connect_timeout");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds > 0) limit = std::chrono::seconds(std::max(seconds, 2));  // libpq's own floor
  const std::string hosts = url.get("host");
  const auto commas = std::ranges::count(hosts, ',');
  // One that swallows packets is given up after tcp_user_timeout.
  return limit + commas * std::max<std::chrono::milliseconds>(limit, std::chrono::seconds(25));
}

RawConnection open_connection(const DatabaseUrl& url, const SessionSettings& settings,
                              const StopSignal* stop) {
  const auto limit = time_to_connect(url, settings);
  const Deadline deadline = std::chrono::steady_clock::now() + limit;
  RawConnection connection(start(url, settings));
  if (!connection) throw Error{ExitCode::environment, "no memory for a database connection"};
  // Verbose, because libpq tells the SQLSTATE of a refused connection in no other way.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);

  PostgresPollingStatusType step = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD && step != PGRES_POLLING_OK &&
         step != PGRES_POLLING_FAILED) {
    switch (wait_for_socket(connection.get(), step == PGRES_POLLING_READING, step == PGRES_POLLING_WRITING,
                            stop, deadline)) {
      case Wake::stop:
        stop->check();
        break;
      case Wake::deadline:
        throw Error{ExitCode::environment, fmt::format("cannot connect to {}", url.describe())}
            .because(
                fmt::format("no answer within {} s", std::chrono::ceil<std::chrono::seconds>(limit).count()))
            .hint("check host, port and firewall, or allow more time with connect_timeout in the address");
      case Wake::socket:
        step = PQconnectPoll(connection.get());
        break;
    }
  }
  if (const char* password = PQpass(connection.get())) register_secret(Secret(password));
  if (step != PGRES_POLLING_OK) throw connect_error(url, PQerrorMessage(connection.get()));
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  return connection;
}

/// The five characters before the message in "FATAL:  28P01: password authentication failed …"; of several
/// tries, the last one's.
static std::string sqlstate_in(std::string_view words) {
  std::string found;
  for (std::size_t at = 0; (at = words.find(":  ", at)) != std::string_view::npos; at += 3) {
    const std::string_view code = words.substr(at + 3, 5);
    if (code.size() == 5 && words.substr(at + 8, 2) == ": " &&
        code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos)
      found = code;
  }
  return found;
}

/// libpq's words on one line, without LOCATION (the server's source file) and SQLSTATE, which stands apart.
static std::string reason_of(std::string_view words, const std::string& sqlstate) {
  std::string reason;
  while (!words.empty()) {
    const std::size_t end = words.find('\n');
    const std::string_view line = trimmed(words.substr(0, end));
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    if (line.empty() || line.starts_with("LOCATION:")) continue;
    if (!reason.empty()) reason += "; ";
    reason += line;
  }
  if (!sqlstate.empty())
    for (std::size_t at; (at = reason.find(":  " + sqlstate + ": ")) != std::string::npos;)
      reason.replace(at, sqlstate.size() + 5, ": ");
  return hide_secrets(clean_text(reason)) + (sqlstate.empty() ? "" : " (SQLSTATE " + sqlstate + ")");
}

namespace {
struct Trouble {
  std::string_view sqlstate;  ///< empty: any
  std::string_view words;     ///< empty: any
  std::string_view hint;
};
}  // namespace

/// The first that fits. The words are libpq's and the C library's own, in English: we never call setlocale.
static constexpr Trouble troubles[] = {
    {"28P01", "", "check the password; special characters in a URL must be percent-encoded ('@' is %40)"},
    {"28000", "no pg_hba.conf entry",
     "allow this host, user and database in the server's pg_hba.conf, or connect with another sslmode"},
    {"28000", "", "check the user's name and that it may log in"},
    {"3D000", "", "create the database, or correct its name in the address"},
    {"53300", "", "close other connections or raise max_connections, then try again"},
    {"57P03", "", "wait until the server has started, then try again"},
    {"", "unsupported startup parameter",
     "use the session pooler (port 5432 of the pooler's host) or the database's own host; or remove "
     "'options' "
     "from the address"},
    {"", "no password supplied", "put the password into the address, PGPASSWORD or ~/.pgpass"},
    {"", "server does not support SSL",
     "switch TLS on at the server; inside a private network, sslmode=disable in the address does without"},
    {"", "certificate",
     "point sslrootcert in the address to the authority that signed the server's certificate"},
    {"", "SSL", "check sslmode and the certificates in the address"},
    {"", "could not translate host name", "check the host's name and that this machine can look it up"},
    {"", "Connection refused", "check that the server runs and that host and port are right"},
    {"", "No such file or directory", "start the server, or name its host in the address"},
    {"", "Permission denied", "check who may use the socket's folder"},
    {"", "Network is unreachable", "check this machine's network; hosted databases may need an IPv4 address"},
    {"", "timeout", "check host, port and firewall"},
    {"", "timed out", "check host, port and firewall"},
    {"", "closed the connection", "check that a PostgreSQL server listens on that port"},
    {"", "invalid port", "use a port from 1 to 65535"},
};

Error connect_error(const DatabaseUrl& url, std::string_view library_words) {
  const std::string sqlstate = sqlstate_in(library_words);
  Error error{ExitCode::environment, fmt::format("cannot connect to {}", url.describe())};
  error.because(reason_of(library_words, sqlstate));
  const auto fits = [&](const Trouble& trouble) {
    return (trouble.sqlstate.empty() || trouble.sqlstate == sqlstate) &&
           (trouble.words.empty() || library_words.find(trouble.words) != std::string_view::npos);
  };
  const auto* trouble = std::ranges::find_if(troubles, fits);
  return trouble == std::end(troubles) ? error.hint("check the address of the database")
                                       : error.hint(std::string(trouble->hint));
}

}  // namespace runner
