#pragma once

#include "runner/migration/lock_mode.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What takes time on a relation while locks are held.
enum class WorkKind {
  rewrite,      ///< every row is written anew, indexes included
  scan,         ///< every row is read
  index_build,  ///< every row is read, and one index written
};

/// What a statement locks that PostgreSQL refuses in a transaction. Its locks are gone when it ends, so they
/// cannot be looked at as others' can.
struct OutsideEffect {
  struct Locked {
    std::string relation{};  ///< as written; an index stands for its table
    LockMode mode = LockMode::share_update_exclusive;
  };
  std::vector<Locked> locks{};
  LockMode each_table = LockMode::share_update_exclusive;  ///< where `locks` is empty: each table in turn
  std::optional<WorkKind> work{};
  std::string index{};  ///< that is built, as written; "" where the server names it
};

/// Nothing where no relation is locked, as by CREATE DATABASE.
/// Source: PostgreSQL manual: "Explicit Locking", and the pages of the statements.
std::optional<OutsideEffect> outside_effect(std::string_view statement);

}  // namespace runner
