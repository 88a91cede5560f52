#pragma once

#include "runner/postgres/session.hpp"

namespace runner {

/// Leaves no transaction open, however a scope ends.
class RollbackGuard {
 public:
  explicit RollbackGuard(Session& session) : session_(session) {}
  ~RollbackGuard();
  RollbackGuard(const RollbackGuard&) = delete;
  RollbackGuard& operator=(const RollbackGuard&) = delete;

  /// Rolls back now if a transaction is open. Throws: what Session::execute throws.
  void end();

 private:
  Session& session_;
};

}  // namespace runner
