#pragma once

#include "runner/postgres/session.hpp"
#include "runner/postgres/url.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace runner {

/// A TCP proxy before a server's Unix socket, which lets a test act between two chosen statements.
class StatementProxy {
 public:
  /// What a client has the server execute: by a simple query, or by Execute.
  struct Statement {
    std::string text{};
    pid_t backend = 0;
  };
  enum class Then {
    pass,         ///< the answer goes to the client, and all that follows
    cut,          ///< the answer is lost, and the connection with it
    cut_for_ever  ///< likewise, and no other connection is made
  };
  /// Asked about every statement, in the order of their execution.
  using Choice = std::function<bool(const Statement&)>;
  /// Called when the server has answered: the client has not heard yet, and nothing behind the statement has
  /// reached the server.
  using Fault = std::function<Then(const Statement&)>;

  StatementProxy(const DatabaseUrl& server, Choice choice, Fault fault);
  ~StatementProxy();
  StatementProxy(const StatementProxy&) = delete;
  StatementProxy& operator=(const StatementProxy&) = delete;

  DatabaseUrl url() const;
  int faults() const { return faults_; }

 private:
  friend class CarriedConnection;
  void serve();
  bool chosen(const Statement& statement);
  Then act(const Statement& statement);

  DatabaseUrl server_;
  Choice choice_;
  Fault fault_;
  int listener_;
  int port_ = 0;
  std::mutex calls_;  ///< of choice_ and fault_
  std::atomic<bool> stop_{false};
  std::atomic<bool> refuses_{false};
  std::atomic<int> faults_{0};
  std::thread thread_;
};

/// Ends the server's process that executed the statement, by way of another session.
StatementProxy::Fault end_backend(Session& admin);

}  // namespace runner
