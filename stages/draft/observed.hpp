#pragma once

#include "runner/migration/catalogue.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/migration.hpp"
#include "runner/postgres/session.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace runner {

/// Consecutive statements of a migration, with the catalogue before and after them. A rename is always alone.
struct Segment {
  std::string renamed_back{};        ///< of a rename: the statement that takes it back
  std::string rename_without_way{};  ///< of a rename that cannot be taken back by its text alone: why
  Catalogue before{};
  Catalogue after{};
  /// By key of a thing: the statements, as byte offsets into the file, that first and last changed it.
  struct Touch {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::map<std::string, Touch, std::less<>> touched{};
  std::size_t last_statement = 0;
};

struct Observed {
  Execution execution{};
  std::vector<Segment> segments{};
  /// By a statement's byte offset: rows that it changes, in words for people. Their way back is nobody's to
  /// guess.
  std::map<std::size_t, std::string> row_changes{};
};

/// Executes a migration and looks at the catalogue after each statement: one round trip each.
Observed observe(const Migration& migration, Session& session, const CatalogueScope& scope);

}  // namespace runner
