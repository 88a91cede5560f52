#include "tests/support/tcp_proxy.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace runner {

using Clock = std::chrono::steady_clock;

namespace {

/// One direction of a connection: bytes with the time at which they may go on.
struct Line {
  int from;
  int to;
  std::deque<std::pair<Clock::time_point, std::string>> under_way{};
  bool ended = false;
};

}  // namespace

static int connect_to(const DatabaseUrl& server) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string port = server.get("port").empty() ? "5432" : server.get("port");
  const std::string path = fmt::format("{}/.s.PGSQL.{}", server.get("host"), port);
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the proxy cannot reach " + path);
  return connection;
}

static void take(Line& line, std::chrono::milliseconds delay) {
  std::array<char, 65536> buffer;
  const ssize_t size = ::recv(line.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0)
    line.under_way.emplace_back(Clock::now() + delay,
                                std::string(buffer.data(), static_cast<std::size_t>(size)));
  else if (size == 0 || (errno != EAGAIN && errno != EINTR))
    line.ended = true;
}

/// What is due. A socket of the loopback takes it at once, or soon.
static void give(Line& line) {
  while (!line.under_way.empty() && line.under_way.front().first <= Clock::now()) {
    const std::string& data = line.under_way.front().second;
    for (std::size_t sent = 0; sent < data.size();) {
      const ssize_t size = ::send(line.to, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) {
        line.ended = true;
        line.under_way.clear();
        return;
      }
      sent += static_cast<std::size_t>(size);
    }
    line.under_way.pop_front();
  }
}

static int wait_ms(const std::array<Line, 2>& lines) {
  auto next = Clock::now() + std::chrono::milliseconds(100);
  for (const Line& line : lines)
    if (!line.under_way.empty()) next = std::min(next, line.under_way.front().first);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
  return static_cast<int>(std::max<long>(left.count(), 0));
}

static void carry(int client, int server, std::chrono::milliseconds delay, const std::atomic<bool>& stop,
                  const std::atomic<bool>& cut) {
  std::array<Line, 2> lines{Line{client, server}, Line{server, client}};
  while (!stop) {
    if (cut) {
      ::poll(nullptr, 0, 20);
      continue;
    }
    std::array<pollfd, 2> wanted{pollfd{lines[0].ended ? -1 : client, POLLIN, 0},
                                 pollfd{lines[1].ended ? -1 : server, POLLIN, 0}};
    ::poll(wanted.data(), wanted.size(), wait_ms(lines));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (wanted[i].revents != 0) take(lines[i], delay);
      give(lines[i]);
    }
    if ((lines[0].ended && lines[0].under_way.empty()) || (lines[1].ended && lines[1].under_way.empty()))
      break;
  }
  ::close(client);
  ::close(server);
}

TcpProxy::TcpProxy(const DatabaseUrl& server, std::chrono::milliseconds delay)
    : server_(server), delay_(delay), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 8) != 0)
    throw std::runtime_error("the proxy cannot listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TcpProxy::~TcpProxy() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void TcpProxy::serve() {
  std::vector<std::thread> connections;
  while (!stop_) {
    pollfd wanted{listener_, POLLIN, 0};
    if (::poll(&wanted, 1, 50) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int at_once = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    connections.emplace_back([this, client] { carry(client, connect_to(server_), delay_, stop_, cut_); });
  }
  for (std::thread& connection : connections) connection.join();
}

DatabaseUrl TcpProxy::url() const {
  return server_.with("host", "127.0.0.1").with("port", std::to_string(port_));
}

}  // namespace runner
