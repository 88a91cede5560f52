#include "runner/migration/rollback_guard.hpp"

#include <exception>

namespace runner {

RollbackGuard::~RollbackGuard() {
  try {
    end();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): another exception is on its way
  }
}

void RollbackGuard::end() {
  const TransactionState state = session_.state();
  if (state == TransactionState::in_transaction || state == TransactionState::failed)
    session_.execute("ROLLBACK");
}

}  // namespace runner
