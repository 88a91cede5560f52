#pragma once

#include "runner/postgres/url.hpp"

#include <atomic>
#include <string>
#include <thread>

namespace runner {

/// A TCP proxy before a server's Unix socket, which cuts one connection at a chosen message.
class DroppingProxy {
 public:
  enum class Drop {
    first_commit_answer_after_insert,  ///< the server has committed a history row, the client is not told
    first_history_row,                 ///< the client's message that inserts it never arrives
  };
  DroppingProxy(const DatabaseUrl& server, Drop what);
  ~DroppingProxy();
  DroppingProxy(const DroppingProxy&) = delete;
  DroppingProxy& operator=(const DroppingProxy&) = delete;

  DatabaseUrl url() const;
  int dropped() const { return dropped_; }

 private:
  void serve();
  void carry(int client);
  /// False: cut here.
  bool passes(std::string& seen, const char* bytes, std::size_t size, bool from_client);

  DatabaseUrl server_;
  Drop what_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<bool> inserted_{false};
  std::atomic<int> dropped_{0};
  std::thread thread_;
};

}  // namespace runner
