#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace runner {

struct SeenRequest {
  std::string method{};
  std::string target{};                          ///< path and query
  std::map<std::string, std::string> headers{};  ///< names in lower case
  std::string body{};
};

struct HttpReply {
  int status = 200;
  std::string body = "{}";
  std::vector<std::string> headers{};  ///< "Retry-After: 1"
  bool drop = false;                   ///< the connection is closed without an answer
};

/// An HTTP server on loopback whose answers a test makes up, one connection at a time.
class HttpServer {
 public:
  using Answer = std::function<HttpReply(const SeenRequest&)>;
  explicit HttpServer(Answer answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url() const;  ///< "http://127.0.0.1:12345"
  int port() const { return port_; }
  std::vector<SeenRequest> seen() const;

 private:
  void serve();
  void answer(int client);

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  mutable std::mutex guard_{};
  std::vector<SeenRequest> seen_{};
  std::thread thread_;
};

}  // namespace runner
