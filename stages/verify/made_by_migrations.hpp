#pragma once

#include "runner/migration/catalogue.hpp"
#include "runner/migration/history.hpp"

#include <string>
#include <vector>

namespace runner {

/// Three looks at what a database holds.
struct ThreeCatalogues {
  Catalogue start{};   ///< a shadow before the first migration
  Catalogue shadow{};  ///< a shadow after the applied migrations
  Catalogue target{};
};

/// What is not judged, apart from what the migrations have nothing to do with.
struct Ignored {
  HistoryTable history{};               ///< it and its side tables
  std::vector<std::string> patterns{};  ///< '*' stands for anything: "cron", "public.tmp_*"
  std::vector<std::string> roles{};     ///< that only one side has: what is granted to them says nothing
};

/// How the target differs from the shadow in what the migrations made or changed, and what stands beside it
/// in the same schemas without a migration having made it. A platform's own schemas are no concern of
/// theirs: there, and among things that belong to no schema, nothing is left over.
std::vector<CatalogueDifference> differences_that_matter(const ThreeCatalogues& seen, const Ignored& ignored);

/// True when the text fits the pattern as a whole.
bool fits(std::string_view text, std::string_view pattern);

}  // namespace runner
