#include "runner/migration/interrupted_statement.hpp"

#include "runner/migration/concurrent_detach.hpp"
#include "runner/migration/concurrent_index.hpp"
#include "runner/sql/word_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace runner {

InterruptedStatement look_at_interrupted(Session& session, std::string_view statement) {
  if (const auto index = concurrent_index(statement))
    return {.done = state_of(session, *index) == IndexState::valid};
  if (const auto detach = concurrent_detach(statement)) switch (state_of(session, *detach)) {
      case DetachState::detached:
        return {.done = true};
      case DetachState::pending:
        return {.rest = finalize(*detach)};
      case DetachState::attached:
        break;
    }
  return {};
}

namespace {
struct DoneBefore {
  std::string_view words;
  std::string_view sqlstate;
};
}  // namespace

/// Source: PostgreSQL manual, "PostgreSQL Error Codes".
static constexpr std::array<DoneBefore, 10> refusals{{
    {"CREATE", "42P07"},  // an index
    {"CREATE", "42P04"},  // a database
    {"CREATE", "42710"},  // a subscription, a tablespace
    {"DROP", "42704"},    // an index, a subscription, a tablespace
    {"DROP", "42P01"},    // an index of another schema
    {"DROP", "3D000"},    // a database
    {"COMMIT PREPARED", "42704"},
    {"ROLLBACK PREPARED", "42704"},
    {"ALTER SUBSCRIPTION", "42710"},  // ADD PUBLICATION
    {"ALTER SUBSCRIPTION", "42704"},  // DROP PUBLICATION
}};

bool says_done_before(std::string_view sqlstate, std::string_view statement) {
  return std::any_of(refusals.begin(), refusals.end(), [&](const DoneBefore& refusal) {
    return refusal.sqlstate == sqlstate && WordReader(statement).take_words(refusal.words);
  });
}

}  // namespace runner
