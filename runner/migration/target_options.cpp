#include "runner/migration/target_options.hpp"

namespace runner {

OutsideLimits limits_of(const Options& given) {
  return {.target = {.lock_timeout = given.range("lock_timeout"),
                     .statement_timeout = given.duration("statement_timeout"),
                     .retry_for = given.duration("retry_for"),
                     .max_lock_hold = given.duration("max_lock_hold")},
          .lock_timeout = given.duration("concurrently_lock_timeout"),
          .statement_timeout = given.duration("concurrently_timeout")};
}

}  // namespace runner
