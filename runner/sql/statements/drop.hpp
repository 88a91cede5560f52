#pragma once

#include "runner/sql/names.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

enum class ObjectKind {
  table,
  view,
  materialized_view,
  foreign_table,
  index,
  sequence,
  schema,
  database,
  type,
  domain,
  function,
  procedure,
  trigger,
  policy,
  rule,
  extension,
  column,
  constraint,
  attribute,
  other,
};
/// "table", "materialized view", …; "object" for other
std::string_view to_string(ObjectKind kind);

struct DroppedObject {
  QualifiedName name{};
  QualifiedName table{};                             ///< of a trigger, policy or rule
  std::optional<std::vector<TypeName>> arguments{};  ///< of a function, where they are written: IN ones
};

struct Drop {
  ObjectKind kind = ObjectKind::other;
  std::vector<DroppedObject> objects{};
  bool concurrently = false;
  bool if_exists = false;
  bool cascade = false;
};

/// A new name, or a new schema, for something.
struct Rename {
  ObjectKind kind = ObjectKind::other;
  ObjectKind of = ObjectKind::table;  ///< of a column: what has it
  QualifiedName object{};             ///< of a column, constraint, trigger or policy: its table
  std::string part{};                 ///< the column, constraint, trigger or policy
  std::string new_name{};
  std::string new_schema{};  ///< SET SCHEMA; then new_name is empty
};

}  // namespace runner
