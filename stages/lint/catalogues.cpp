#include "stages/lint/catalogues.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/history.hpp"
#include "stages/lint/schema_query.hpp"

#include <fmt/format.h>

namespace runner {

bool Catalogues::execute_up_to(std::size_t count) {
  for (; executed_ < count; ++executed_) {
    const Migration& migration = in_.plan.pending[executed_];
    if (execute_migration(migration, *session_, {}).failed()) {
      use_.reporter.detail(fmt::format("{} is refused on a shadow: rules go by the text alone from here on",
                                       migration.label()));
      return false;
    }
    record_applied(*session_, in_.history, {.version = migration.version, .name = migration.name});
  }
  return true;
}

std::optional<Schema> Catalogues::read(std::size_t count) {
  if (count == 0 && use_.target != nullptr) return read_schema(*use_.target);
  if (!shadow_) {
    shadow_ = use_.shadows.with_applied(in_.plan);
    session_.emplace(shadow_->connect());
    create_history(*session_, in_.history);
  }
  if (execute_up_to(count)) return read_schema(*session_);
  given_up_ = true;
  return std::nullopt;
}

std::optional<Schema> Catalogues::with_pending(std::size_t count) {
  if (given_up_) return std::nullopt;
  try {
    return read(count);
  } catch (const Error& problem) {
    // Whether there is a shadow is the dry run's to judge: a missing server must not hide what the text says.
    if (problem.code() != ExitCode::environment) throw;
    use_.reporter.warn(fmt::format("lint: no catalogue ({}): rules go by the text alone", problem.message()));
    given_up_ = true;
    return std::nullopt;
  }
}

}  // namespace runner
