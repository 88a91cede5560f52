#include "runner/postgres/url.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>

namespace runner {

namespace {
struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConninfoOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;
}  // namespace

static constexpr std::string_view uri_prefixes[] = {"postgresql://", "postgres://"};

static bool is_uri(std::string_view text) {
  return std::ranges::any_of(uri_prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
}

static bool holds_secret(std::string_view keyword) {
  return keyword == "password" || keyword == "sslpassword";
}

/// What libpq takes where the text says nothing: PGHOST and kin, else what it was built with.
static std::string default_of(std::string_view keyword) {
  const ConninfoOptions defaults(PQconndefaults());
  if (!defaults) return "";
  for (const PQconninfoOption* option = defaults.get(); option->keyword != nullptr; ++option)
    if (option->keyword == keyword && option->val != nullptr) return option->val;
  return "";
}

static std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    items.emplace_back(text.substr(begin, comma - begin));
    if (comma == std::string_view::npos) return items;
    begin = comma + 1;
  }
}

static std::vector<std::string_view> known_keywords(const PQconninfoOption* options) {
  std::vector<std::string_view> names;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option)
    names.emplace_back(option->keyword);
  return names;
}

/// The keyword that libpq did not know, taken from its message; "" when it might be a piece of a password
/// that was not encoded: then naming it would give that piece away.
static std::string unknown_keyword(std::string_view text, std::string_view message) {
  if (message.find("invalid connection option") == std::string_view::npos &&
      message.find("invalid URI query parameter") == std::string_view::npos)
    return "";
  const std::size_t begin = message.find('"');
  const std::size_t end = message.rfind('"');
  if (begin == std::string_view::npos || end <= begin) return "";
  const std::string_view name = message.substr(begin + 1, end - begin - 1);
  if (name.empty() || name.size() > 40 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") !=
          std::string_view::npos)
    return "";
  const std::size_t where = text.rfind(name);
  if (where == std::string_view::npos) return "";
  const bool in_password = is_uri(text) ? text.find('@', where) != std::string_view::npos
                                        : text.substr(0, where).find("password") != std::string_view::npos;
  return in_password ? "" : std::string(name);
}

static Error unreadable(std::string_view text, std::string_view source, std::string_view message) {
  const std::string name = unknown_keyword(text, message);
  if (name == "pgbouncer" || name == "connection_limit" || name == "pool_timeout" || name == "schema")
    return Error{ExitCode::usage,
                 fmt::format("{} has the parameter '{}', which PostgreSQL does not know", source, name)}
        .because("it belongs to another tool's connection pool")
        .hint(fmt::format("remove '{}=…' from {}", name, source));
  if (!name.empty()) {
    const ConninfoOptions defaults(PQconndefaults());
    const auto names = defaults ? known_keywords(defaults.get()) : std::vector<std::string_view>{};
    const std::string_view near = nearest(name, names);
    Error error{ExitCode::usage, fmt::format("{} has the unknown parameter '{}'", source, name)};
    return near.empty()
               ? error.hint("use the parameter names of libpq (PostgreSQL manual, \"Parameter Key Words\")")
               : error.hint(fmt::format("use '{}'", near));
  }
  // libpq's message quotes pieces of the text, which may be pieces of the password: it is not repeated.
  return Error{ExitCode::usage, fmt::format("{} is no address of a PostgreSQL database", source)}.hint(
      "write postgresql://user@host:5432/database, with special characters in user and password "
      "percent-encoded ('@' is %40, '/' is %2F, '?' is %3F, '#' is %23, '%' is %25)");
}

/// True when a password is probably cut in two, because one of its characters means something in a URI: libpq
/// would take a piece of it for the host, the port or the database, and messages would show it.
static bool may_split_a_password(std::string_view uri) {
  const std::string_view rest = uri.substr(uri.find("//") + 2);
  const std::size_t authority = std::min(rest.find_first_of("/?#"), rest.size());
  const std::size_t ats = static_cast<std::size_t>(std::ranges::count(rest.substr(0, authority), '@'));
  const bool more = rest.find('@', authority) != std::string_view::npos;
  const bool colon = rest.substr(0, authority).find(':') != std::string_view::npos;
  return ats > 1 || (ats == 0 && more && colon) || (authority < rest.size() && rest[authority] == '#');
}

/// The password as it stands in the text, which may be encoded in another way than we would.
static void register_spelling(std::string_view text) {
  if (!is_uri(text)) return;
  const std::size_t start = text.find("//") + 2;
  const std::size_t at = text.rfind('@');
  const std::size_t colon = text.find(':', start);
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return;
  register_secret(Secret(std::string(text.substr(colon + 1, at - colon - 1))));
}

static bool is_port(std::string_view text) {
  static constexpr int highest = 65535;
  text = trimmed(text);
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= highest;
}

/// libpq looks at them when it connects. A wrong one is not repeated: where the host is missing, it may be a
/// password.
static void check_ports(const DatabaseUrl& url, std::string_view source) {
  if (url.get("port").empty()) return;
  const std::vector<std::string> ports = split_list(url.get("port"));
  const std::vector<std::string> hosts =
      split_list(url.get("hostaddr").empty() ? url.get("host") : url.get("hostaddr"));
  if (ports.size() > 1 && ports.size() != hosts.size())
    throw Error{ExitCode::usage,
                fmt::format("{} has {} ports for {} hosts", source, ports.size(), hosts.size())}
        .hint("write a port for each host, or one for all");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].empty() || is_port(ports[i])) continue;
    const std::string host = ports.size() == 1 || hosts[i].empty() ? "" : fmt::format(" of host {}", i + 1);
    throw Error{ExitCode::usage, fmt::format("the port{} in {} is no number from 1 to 65535", host, source)}
        .hint("write postgresql://user@host:5432/database");
  }
}

DatabaseUrl DatabaseUrl::parse(const Secret& text, std::string_view source) {
  DatabaseUrl url;
  const std::string trimmed_text(trimmed(text.reveal()));
  if (trimmed_text.empty()) return url;
  register_spelling(trimmed_text);
  if (is_uri(trimmed_text) && may_split_a_password(trimmed_text)) {
    register_secret(Secret(trimmed_text));
    throw unreadable(trimmed_text, source, "");
  }

  char* raw_message = nullptr;
  const ConninfoOptions options(PQconninfoParse(trimmed_text.c_str(), &raw_message));
  if (!options) {
    register_secret(Secret(trimmed_text));
    const std::string message = raw_message != nullptr ? raw_message : "";
    PQfreemem(raw_message);
    throw unreadable(trimmed_text, source, message);
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (holds_secret(option->keyword)) register_secret(Secret(option->val));
    url.parameters_[option->keyword] = option->val;
  }
  check_ports(url, source);
  if (const char* password = std::getenv("PGPASSWORD")) register_secret(Secret(password));

  // libpq's default `prefer` falls back to plain text when someone in between asks for it. A service's own
  // settings are not known here and keep their meaning.
  if (!url.local() && url.get("service").empty() && url.get("sslmode").empty() &&
      std::getenv("PGSSLMODE") == nullptr && std::getenv("PGSERVICE") == nullptr)
    url.parameters_["sslmode"] = "require";
  return url;
}

std::string DatabaseUrl::get(std::string_view keyword) const {
  if (holds_secret(keyword)) return "";
  const auto found = parameters_.find(keyword);
  return found == parameters_.end() ? "" : found->second;
}

DatabaseUrl DatabaseUrl::with(std::string keyword, std::string value) const {
  if (holds_secret(keyword)) register_secret(Secret(value));
  DatabaseUrl copy = *this;
  if (value.empty())
    copy.parameters_.erase(keyword);
  else
    copy.parameters_[std::move(keyword)] = std::move(value);
  return copy;
}

/// As given, else as libpq would take it.
static std::string effective(const DatabaseUrl& url, std::string_view keyword) {
  std::string value = url.get(keyword);
  return value.empty() ? default_of(keyword) : value;
}

static std::string hosts_of(const DatabaseUrl& url) {
  const std::string host = effective(url, "host");
  return host.empty() ? effective(url, "hostaddr") : host;
}

/// "a:5432,b:5433": libpq pairs the lists of hosts and ports; one port serves all.
static std::string host_port_pairs(std::string_view hosts, std::string_view ports, bool for_uri) {
  const auto port_list = split_list(ports);
  std::string text;
  std::size_t i = 0;
  for (const std::string& host : split_list(hosts)) {
    const std::string& port = port_list[port_list.size() == 1 ? 0 : std::min(i, port_list.size() - 1)];
    ++i;
    if (!text.empty()) text += ',';
    const bool v6 = host.find(':') != std::string::npos;
    text += v6 ? "[" + host + "]" : host;
    const bool show_port = !port.empty() && (for_uri || !host.starts_with('/') || port != "5432");
    if (show_port) text += ":" + port;
  }
  return text;
}

std::string DatabaseUrl::describe() const {
  if (empty()) return "no database";
  std::string database = effective(*this, "dbname");
  if (database.empty()) database = effective(*this, "user");
  if (const std::string service = get("service"); !service.empty() && get("host").empty())
    return fmt::format("{} on service {}", database, service);
  const std::string hosts = hosts_of(*this);
  const std::string ports = effective(*this, "port");
  return fmt::format("{} on {}", database,
                     hosts.empty() ? "the local socket" : host_port_pairs(hosts, ports, false));
}

static std::string encoded(std::string_view text) {
  static constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const char c : text)
    result += plain.find(c) != std::string_view::npos ? std::string(1, c)
                                                      : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

std::string DatabaseUrl::uri() const {
  const std::string host = get("host");
  const std::string port = get("port");
  // A socket's folder cannot stand where a host does: it goes into the query.
  const bool as_authority =
      !host.empty() && host.find('/') == std::string::npos && host.find('@') == std::string::npos;
  std::string text = "postgresql://";
  if (const std::string user = get("user"); !user.empty()) text += encoded(user) + "@";
  if (as_authority) text += host_port_pairs(host, port, true);
  text += "/" + encoded(get("dbname"));
  char separator = '?';
  for (const auto& [keyword, value] : parameters_) {
    if (holds_secret(keyword) || keyword == "user" || keyword == "dbname") continue;
    if (as_authority && (keyword == "host" || keyword == "port")) continue;
    // '/' may stand in a query; left as it is, a socket's folder stays readable
    std::string shown;
    for (const char c : value) shown += c == '/' ? "/" : encoded(std::string_view(&c, 1));
    text += separator + keyword + "=" + shown;
    separator = '&';
  }
  return text;
}

static bool is_loopback(const std::string& host) {
  if (host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool DatabaseUrl::local() const {
  const std::string addresses = effective(*this, "hostaddr");  // where it is set, it is what is connected to
  const auto hosts = split_list(addresses.empty() ? effective(*this, "host") : addresses);
  return std::ranges::all_of(hosts, is_loopback);
}

}  // namespace runner
