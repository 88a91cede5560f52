#pragma once

#include "runner/sql/parsed.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

class RuleContext;

/// A table at the other end of a foreign key that goes: it is locked like the one that is named.
struct OtherEnd {
  QualifiedName table{};
  std::string why{};  ///< "invoices_client_id_fkey refers to it"
  std::size_t position = 0;
};

/// Of the tables that are dropped, and of the constraints and columns. Reads the catalogue.
/// Source: PostgreSQL manual, "DROP TABLE", "ALTER TABLE"; the trigger functions of a key lock both tables.
std::vector<OtherEnd> other_ends(const Drop& drop, const RuleContext& in);
std::vector<OtherEnd> other_ends(const AlterTable& alter, const RuleContext& in);

}  // namespace runner
