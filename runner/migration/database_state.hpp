#pragma once

#include "runner/migration/catalogue.hpp"
#include "runner/migration/row_digest.hpp"
#include "runner/postgres/session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace runner {

/// What can be seen of a database at one moment.
struct DatabaseState {
  Catalogue catalogue{};
  RowDigests rows{};
};

/// Looks at a database again and again: catalogue and rows in one round trip each. Planning the catalogue's
/// SELECT takes longer than executing it, so it is prepared at the first look.
class DatabaseWatch {
 public:
  DatabaseWatch(Session& session, CatalogueScope scope) : session_(session), scope_(std::move(scope)) {}
  /// `tables`: whose rows are digested, as far as they exist. The session must be idle.
  /// Throws: Error{environment}.
  DatabaseState look(const std::vector<std::string>& tables);

 private:
  Session& session_;
  CatalogueScope scope_;
  bool prepared_ = false;
};

}  // namespace runner
