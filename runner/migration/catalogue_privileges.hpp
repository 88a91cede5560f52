#pragma once

#include "runner/migration/catalogue.hpp"

#include <string_view>

namespace runner {

/// Adds "grant" and "revoke" objects for how `acl` (an aclitem[] as text) differs from `base`, the privileges
/// that the object has by itself. So a list that was written out and one that is implied are the same.
/// `target` is the key of the object that the privileges are for. A grantor is named where it is not `owner`.
/// Source: PostgreSQL manual, "Privileges", ACL privilege abbreviations.
void add_privileges(std::string_view acl, std::string_view base, const std::string& target,
                    const std::string& owner, Catalogue& into);

}  // namespace runner
