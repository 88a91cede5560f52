#pragma once

#include "runner/postgres/url.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace runner {

/// A TCP port on the loopback before a server's Unix socket; what goes through arrives later by `delay` in
/// each direction, so that a round trip takes twice that longer.
class TcpProxy {
 public:
  TcpProxy(const DatabaseUrl& server, std::chrono::milliseconds delay = {});
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  DatabaseUrl url() const;
  /// From now on nothing goes through, and neither end is told: as where a cable was cut.
  void cut() { cut_ = true; }

 private:
  void serve();

  DatabaseUrl server_;
  std::chrono::milliseconds delay_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<bool> cut_{false};
  std::thread thread_{};
};

}  // namespace runner
