#include "tests/faults/dropping_proxy.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace runner {

DroppingProxy::DroppingProxy(const DatabaseUrl& server, Drop what)
    : server_(server), what_(what), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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

DroppingProxy::~DroppingProxy() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

DatabaseUrl DroppingProxy::url() const {
  return server_.with("host", "127.0.0.1").with("port", std::to_string(port_)).with("sslmode", "disable");
}

void DroppingProxy::serve() {
  std::vector<std::thread> carriers;
  while (!stop_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) carriers.emplace_back([this, client] { carry(client); });
  }
  for (std::thread& carrier : carriers) carrier.join();
}

bool DroppingProxy::passes(std::string& seen, const char* bytes, std::size_t size, bool from_client) {
  if (!from_client && !inserted_) return true;  // earlier transactions' answers do not count
  seen.append(bytes, size);
  const auto holds = [&](const char* text, std::size_t length) {
    return seen.find(text, 0, length) != std::string::npos;
  };
  static constexpr char row[] = "INSERT INTO \"supabase_migrations\".\"schema_migrations\"";
  static constexpr char answer[] =
      "C\0\0\0\x0b"
      "COMMIT";
  if (from_client && holds(row, sizeof row - 1)) {
    inserted_ = true;
    if (what_ == Drop::first_history_row && dropped_ == 0) return ++dropped_, false;
  }
  if (!from_client && inserted_ && what_ == Drop::first_commit_answer_after_insert && dropped_ == 0 &&
      holds(answer, sizeof answer - 1))
    return ++dropped_, false;
  return true;
}

void DroppingProxy::carry(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string port = server_.get("port").empty() ? "5432" : server_.get("port");
  const std::string path = server_.get("host") + "/.s.PGSQL." + port;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  std::string from_client;
  std::string from_server;
  if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::array<char, 65536> bytes{};
    for (bool open = true; open && !stop_;) {
      pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      ::poll(both, 2, 20);
      for (const int side : {0, 1}) {
        if (!open || both[side].revents == 0) continue;
        const ssize_t size = ::recv(both[side].fd, bytes.data(), bytes.size(), 0);
        open = size > 0 &&
               passes(side == 0 ? from_client : from_server, bytes.data(), static_cast<std::size_t>(size),
                      side == 0) &&
               ::send(side == 0 ? server : client, bytes.data(), static_cast<std::size_t>(size),
                      MSG_NOSIGNAL) == size;
      }
    }
  }
  ::close(server);
  ::close(client);
}

}  // namespace runner
