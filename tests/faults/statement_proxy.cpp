#include "tests/faults/statement_proxy.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace runner {

static constexpr int look_around_ms = 5;

// --- one connection

/// Source of all message types: PostgreSQL manual, "Message Formats".
class CarriedConnection {
 public:
  CarriedConnection(StatementProxy& proxy, int client)
      : proxy_(proxy), client_(client), server_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~CarriedConnection() {
    ::close(client_);
    ::close(server_);
  }
  CarriedConnection(const CarriedConnection&) = delete;
  CarriedConnection& operator=(const CarriedConnection&) = delete;

  void carry();

 private:
  bool connect() const;
  bool read(int socket, std::string& into) const;
  bool pass_client();
  bool pass_server();
  bool act_when_answered();
  void note_from_client(std::string_view message);
  void note_from_server(std::string_view message);
  void execute(char how);

  StatementProxy& proxy_;
  int client_;
  int server_;
  std::string from_client_{};
  std::string from_server_{};
  std::string withheld_{};
  bool started_ = false;
  bool skips_ = false;             ///< an error: the server ignores what comes before the next Sync
  std::deque<char> unanswered_{};  ///< 'E' of Execute, 'Q' of a simple query
  std::string text_{};
  pid_t backend_ = 0;
  std::optional<StatementProxy::Statement> chosen_{};
  bool holds_ = false;  ///< nothing behind the chosen statement goes to the server
};

static std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return ntohl(number);
}

/// The first whole message, or nothing; one without a type at the start of a connection.
static std::string_view first_message(std::string_view bytes, bool typed) {
  const std::size_t head = typed ? 1 : 0;
  if (bytes.size() < head + 4) return {};
  const std::size_t size = head + number_at(bytes, head);
  return bytes.size() < size ? std::string_view{} : bytes.substr(0, size);
}

static bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Source: PostgreSQL manual, "Message Formats", Flush.
static constexpr std::string_view flush_message{"H\0\0\0\4", 5};

bool CarriedConnection::connect() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = proxy_.server_.get("host") + "/.s.PGSQL." + proxy_.server_.get("port");
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return ::connect(server_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool CarriedConnection::read(int socket, std::string& into) const {
  std::array<char, 65536> bytes{};
  const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), 0);
  if (size > 0) into.append(bytes.data(), static_cast<std::size_t>(size));
  return size > 0;
}

void CarriedConnection::execute(char how) {
  unanswered_.push_back(how);
  const StatementProxy::Statement statement{text_, backend_};
  if (proxy_.chosen(statement)) chosen_ = statement;
  holds_ = chosen_.has_value();
}

void CarriedConnection::note_from_client(std::string_view message) {
  if (!started_) {
    started_ = true;
    return;
  }
  const std::string_view body = message.substr(5);
  switch (message[0]) {
    case 'P':  // Parse: the name of the statement, its text
      text_ = body.substr(body.find('\0') + 1).data();
      break;
    case 'Q':
      text_ = body.data();
      execute('Q');
      break;
    case 'E':
      execute('E');
      break;
    case 'H':  // Flush
    case 'S':  // Sync: both make the server answer
      holds_ = chosen_.has_value();
      break;
    default:
      break;
  }
}

bool CarriedConnection::pass_client() {
  while (!holds_) {
    const std::string message{first_message(from_client_, started_)};
    if (message.empty()) return true;
    from_client_.erase(0, message.size());
    note_from_client(message);
    if (!send_all(server_, message)) return false;
    // Whether or not the client asks for it, the answer has to come before anything else goes on.
    if (holds_ && message[0] == 'E' && !send_all(server_, flush_message)) return false;
  }
  return true;
}

void CarriedConnection::note_from_server(std::string_view message) {
  const char type = message[0];
  if (type == 'K') backend_ = static_cast<pid_t>(number_at(message, 5));
  const bool ends_query = type == 'Z';
  const bool ends_execute = type == 'C' || type == 'I' || type == 's';
  if (type == 'E') skips_ = true;
  if (ends_query) skips_ = false;
  if (unanswered_.empty()) return;
  if (ends_query ? unanswered_.front() == 'Q' : ends_execute && unanswered_.front() == 'E')
    unanswered_.pop_front();
  else if (type == 'E')
    unanswered_.clear();
}

bool CarriedConnection::pass_server() {
  for (;;) {
    const std::string message{first_message(from_server_, true)};
    if (message.empty()) return true;
    from_server_.erase(0, message.size());
    const bool withhold = holds_ && unanswered_.size() <= 1;
    note_from_server(message);
    if (withhold)
      withheld_ += message;
    else if (!send_all(client_, message))
      return false;
  }
}

/// False: cut here.
bool CarriedConnection::act_when_answered() {
  if (!holds_ || !(unanswered_.empty() || skips_)) return true;
  const StatementProxy::Statement statement = *std::exchange(chosen_, std::nullopt);
  if (proxy_.act(statement) != StatementProxy::Then::pass) return false;
  holds_ = false;
  return send_all(client_, std::exchange(withheld_, {})) && pass_client();
}

void CarriedConnection::carry() {
  bool open = connect();
  while (open && !proxy_.stop_) {
    pollfd both[2] = {{client_, POLLIN, 0}, {server_, POLLIN, 0}};
    ::poll(both, 2, look_around_ms);
    if (both[0].revents != 0) open = read(client_, from_client_) && pass_client();
    if (open && both[1].revents != 0) open = read(server_, from_server_) && pass_server();
    open = open && act_when_answered();
  }
}

// --- the proxy

StatementProxy::StatementProxy(const DatabaseUrl& server, Choice choice, Fault fault)
    : server_(server.get("port").empty() ? server.with("port", "5432") : server),
      choice_(std::move(choice)),
      fault_(std::move(fault)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for the proxy");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

StatementProxy::~StatementProxy() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

DatabaseUrl StatementProxy::url() const {
  return server_.with("host", "127.0.0.1")
      .with("port", std::to_string(port_))
      .with("sslmode", "disable")
      .with("gssencmode", "disable");
}

bool StatementProxy::chosen(const Statement& statement) {
  const std::lock_guard lock(calls_);
  return choice_(statement);
}

StatementProxy::Then StatementProxy::act(const Statement& statement) {
  const std::lock_guard lock(calls_);
  ++faults_;
  const Then then = fault_(statement);
  if (then == Then::cut_for_ever) refuses_ = true;
  return then;
}

void StatementProxy::serve() {
  std::vector<std::thread> carriers;
  while (!stop_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, look_around_ms) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    // A message at a time: each would wait until the one before it is acknowledged.
    const int at_once = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    if (refuses_)
      ::close(client);
    else
      carriers.emplace_back([this, client] { CarriedConnection(*this, client).carry(); });
  }
  for (std::thread& carrier : carriers) carrier.join();
}

StatementProxy::Fault end_backend(Session& admin) {
  return [&admin](const StatementProxy::Statement& statement) {
    admin.query(fmt::format("SELECT pg_terminate_backend({})", statement.backend), "end a backend");
    return StatementProxy::Then::pass;
  };
}

}  // namespace runner
