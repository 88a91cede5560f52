#pragma once

#include "runner/sql/statements/create_table.hpp"

#include <optional>

namespace runner {

/// CREATE TYPE and CREATE DOMAIN
struct CreateType {
  QualifiedName type{};
  std::vector<std::string> members{};  ///< of an enum
  bool is_domain = false;
  TypeName base{};                        ///< of a domain
  bool not_null = false;                  ///< of a domain
  std::vector<Constraint> constraints{};  ///< of a domain
};

struct AlterEnum {
  QualifiedName type{};
  std::string old_value{};  ///< RENAME VALUE; "" for ADD VALUE
  std::string new_value{};
  std::string neighbour{};  ///< of BEFORE or AFTER; "" where it is appended
  bool is_before = false;
  bool if_not_exists = false;
};

struct AlterDomain {
  enum class Kind {
    set_default,
    drop_default,
    set_not_null,
    drop_not_null,
    add_constraint,
    drop_constraint,
    validate
  };
  QualifiedName domain{};
  Kind kind = Kind::set_default;
  std::string name{};  ///< of the constraint
  std::optional<Constraint> constraint{};
};

struct CreateSchema {
  std::string name{};
  bool if_not_exists = false;
};

struct CreateSequence {
  QualifiedName sequence{};
  bool if_not_exists = false;
};

struct CreateExtension {
  std::string name{};
  bool if_not_exists = false;
};

}  // namespace runner
