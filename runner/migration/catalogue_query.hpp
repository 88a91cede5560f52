#pragma once

#include "runner/migration/catalogue.hpp"

#include <string>
#include <string_view>

namespace runner {

/// What a snapshot needs first, in the same transaction: a SELECT that sets settings for it.
std::string_view catalogue_settings();

/// The SELECT of a snapshot for a server of this version (150018).
std::string catalogue_query(int server_version, const CatalogueScope& scope, const Session& session);

/// What its rows say.
Catalogue catalogue_of(Rows rows, const CatalogueScope& scope);

/// Its columns.
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
