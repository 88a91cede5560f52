#pragma once

#include "runner/migration/catalogue.hpp"
#include "runner/migration/migration.hpp"
#include "runner/postgres/session.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// A rollback as it was drafted.
struct Draft {
  std::string sql{};           ///< the whole file
  std::size_t statements = 0;  ///< in it
  std::vector<std::string>
      gaps{};          ///< what it does not bring back, and why; they stand in the file as comments
  Findings refused{};  ///< the migration itself was refused: there is no draft
};

/// Executes a migration on a database that holds what comes before it, looks at the catalogue after each
/// statement, and writes what takes the changes back, newest first. Each statement of the draft has been
/// executed: one that something still stood on was moved behind it. The database keeps the migration; the
/// draft's own effects are rolled back.
/// Renames and moves between schemas are read from the statements themselves: a catalogue shows them as
/// something that went and something that came.
/// Throws: what executing throws.
Draft draft_rollback(const Migration& migration, Session& session, const CatalogueScope& scope);

}  // namespace runner
