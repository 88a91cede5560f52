#include "tests/support/http_server.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace runner {

HttpServer::HttpServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

std::string HttpServer::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<SeenRequest> HttpServer::seen() const {
  const std::lock_guard lock(guard_);
  return seen_;
}

void HttpServer::serve() {
  while (!stop_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    answer(client);
    ::close(client);
  }
}

/// Waits as long as the test lives, so that a client that says nothing cannot hang it.
static bool read_more(int client, std::string& text, const std::atomic<bool>& stop) {
  for (;;) {
    pollfd waiting{client, POLLIN, 0};
    if (stop) return false;
    if (::poll(&waiting, 1, 20) <= 0) continue;
    char bytes[4096];
    const ssize_t got = ::recv(client, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    text.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
}

static SeenRequest parsed_head(const std::string& head) {
  SeenRequest request;
  std::istringstream lines(head);
  lines >> request.method >> request.target;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers[name] = line.substr(colon + 2, line.find_last_not_of('\r') - colon - 1);
  }
  return request;
}

void HttpServer::answer(int client) {
  static constexpr std::string_view blank_line = "\r\n\r\n";
  std::string text;
  while (text.find(blank_line) == std::string::npos)
    if (!read_more(client, text, stop_)) return;
  const std::size_t body = text.find(blank_line) + blank_line.size();
  SeenRequest request = parsed_head(text.substr(0, body));
  const auto length = request.headers.find("content-length");
  const std::size_t size =
      length == request.headers.end() ? 0 : std::strtoul(length->second.c_str(), nullptr, 10);
  while (text.size() < body + size)
    if (!read_more(client, text, stop_)) return;
  request.body = text.substr(body);
  {
    const std::lock_guard lock(guard_);
    seen_.push_back(request);
  }
  const HttpReply reply = answer_(request);
  if (reply.drop) return;
  std::string answer = fmt::format("HTTP/1.1 {} Scripted\r\nConnection: close\r\nContent-Length: {}\r\n",
                                   reply.status, reply.body.size());
  for (const std::string& header : reply.headers) answer += header + "\r\n";
  answer += "\r\n" + reply.body;
  for (std::string_view left = answer; !left.empty();) {
    const ssize_t put = ::send(client, left.data(), left.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace runner
