#pragma once

#include <span>
#include <string_view>

namespace runner {

/// A migration with a rollback that does not do what it should, on a database where `before` was run.
struct WrongRollback {
  std::string_view name{};
  std::string_view before{};
  std::string_view up{};
  std::string_view down{};
  /// What is told of it, by rule and message, joined by "; ".
  std::string_view told{};
};

extern const std::span<const WrongRollback> rollbacks_that_leave_something;
extern const std::span<const WrongRollback> rollbacks_that_fail;
extern const std::span<const WrongRollback> rollbacks_that_lose_data;

}  // namespace runner
