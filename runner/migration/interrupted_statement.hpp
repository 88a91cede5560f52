#pragma once

#include "runner/postgres/session.hpp"

#include <string>
#include <string_view>

namespace runner {

/// What the database shows of an earlier try at a statement that PostgreSQL refuses in a transaction.
struct InterruptedStatement {
  bool done = false;   ///< it had its effect, and there is nothing to do
  std::string rest{};  ///< SQL that ends what was begun, where the statement itself would be refused
};

/// Neither, for a statement that is simply executed again. INVALID indexes have to be gone before: see
/// invalid_leftovers().
InterruptedStatement look_at_interrupted(Session& session, std::string_view statement);

/// True when the server's refusal of a statement that is executed once more says that the first time had its
/// effect: what it makes is there, what it removes is gone.
bool says_done_before(std::string_view sqlstate, std::string_view statement);

}  // namespace runner
