#pragma once

#include "runner/migration/catalogue.hpp"

#include <string>

namespace runner {

/// The SQL of a snapshot for a server of this version (150018): settings, then one SELECT.
std::string catalogue_query(int server_version, const CatalogueScope& scope, const Session& session);

/// The columns of that SELECT.
enum class CatalogueColumn {
  kind,
  identity,
  parent,
  implied_by,
  definition,
  part,
  owner,
  acl,
  base_acl,
  comment,
  labels
};

}  // namespace runner
