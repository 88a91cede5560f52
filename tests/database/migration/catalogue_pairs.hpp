#pragma once

#include <span>
#include <string_view>

namespace runner {

/// A migration and its rollback, complete or not, on a database where `before` was run.
struct CataloguePair {
  std::string_view name{};
  std::string_view before{};
  std::string_view up{};
  std::string_view down{};
  /// What the rollback leaves different, as it is read aloud, joined by "; ". Empty: it restores everything.
  std::string_view differs{};
  /// pg_dump doesn't see what up does, or what down leaves. Each has its reason beside it.
  bool dump_blind_to_up = false;
  bool dump_blind_to_down = false;
  int since_major = 0;  ///< of PostgreSQL
};

extern const std::span<const CataloguePair> pairs_on_tables;
extern const std::span<const CataloguePair> pairs_on_code;
extern const std::span<const CataloguePair> pairs_on_access;

}  // namespace runner
