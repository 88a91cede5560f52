#pragma once

#include "runner/sql/statements/drop.hpp"

namespace runner {

/// GRANT and REVOKE, of rights on objects; of roles: kind other
struct Grant {
  bool is_grant = true;
  ObjectKind kind = ObjectKind::other;
  bool all_in_schema = false;  ///< ALL … IN SCHEMA: `objects` are schemas
  std::vector<QualifiedName> objects{};
  std::vector<std::string> privileges{};  ///< lower case; empty: ALL
  std::vector<std::string> roles{};       ///< "public" for PUBLIC
};

/// CREATE POLICY and ALTER POLICY
struct Policy {
  bool alters = false;
  std::string name{};
  QualifiedName table{};
  bool permissive = true;
  std::string command{};             ///< "select", …, "all"; "" where it alters
  std::vector<std::string> roles{};  ///< "public" for PUBLIC
  Expression using_rows{};
  Expression with_check{};
};

}  // namespace runner
