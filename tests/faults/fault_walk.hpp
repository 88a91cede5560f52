#pragma once

#include "tests/faults/program.hpp"
#include "tests/faults/statement_proxy.hpp"
#include "tests/support/test_server.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace runner {

/// Runs a command on one database over and over, each run with a fault: of the statements that a run sends to
/// a database in some state, the first run meets the first, the next one the second, and so on. When a fault
/// left the database in another state, the next run goes on from there, but what a run does first is not met
/// again. Each state has its own count, because a statement may take the database back to an earlier one.
/// So every statement is met, also those that only a run sends that goes on behind another. The last run
/// comes to its end.
class FaultWalk {
 public:
  using Start = std::function<std::unique_ptr<Program>(const DatabaseUrl&)>;
  using Fault = std::function<StatementProxy::Then(const Program&, const StatementProxy::Statement&)>;
  /// Called for each state that a fault left for the first time: what is there, and behind which statement.
  using Check = std::function<void(const std::string& records, const std::string& statement)>;

  FaultWalk(const TestDatabase& database, Start start, Fault fault, Check check)
      : admin_(database.admin()),
        url_(database.url()),
        start_(std::move(start)),
        fault_(std::move(fault)),
        check_(std::move(check)) {}
  /// Returns how many faults there were.
  int walk();
  /// Of the last run, which met none.
  int last_code() const { return last_code_; }
  Session& admin() { return admin_; }

 private:
  bool meets(const std::string& statement);
  bool run_once();

  Session admin_;
  DatabaseUrl url_;
  Start start_;
  Fault fault_;
  Check check_;
  std::string met_{};                   ///< the statement of the last fault
  std::map<std::string, int> goals_{};  ///< by state: which statement the next run is to meet
  int goal_ = 0;
  bool from_lock_ = false;
  int count_ = 0;
  int last_code_ = -1;
};

}  // namespace runner
