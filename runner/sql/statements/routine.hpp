#pragma once

#include "runner/sql/names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runner {

struct RoutineArgument {
  enum class Mode { in, out, in_out, variadic, table };
  Mode mode = Mode::in;
  std::string name{};
  TypeName type{};
  bool has_default = false;
};

/// CREATE FUNCTION, CREATE PROCEDURE
struct CreateRoutine {
  QualifiedName routine{};
  std::vector<RoutineArgument> arguments{};
  TypeName returns{};
  std::string language{};
  bool is_procedure = false;
  bool replace = false;
  bool is_volatile = true;  ///< neither STABLE nor IMMUTABLE
  bool security_definer = false;
  bool sets_search_path = false;
  std::string body{};  ///< "" for BEGIN ATOMIC, whose statements are not looked at
};

struct AlterRoutine {
  QualifiedName routine{};
  std::optional<bool> security_definer{};
  bool sets_search_path = false;
};

struct CreateTrigger {
  std::string name{};
  QualifiedName table{};
  QualifiedName function{};
  bool replace = false;
};

/// DO
struct DoBlock {
  std::string language{};  ///< "plpgsql" where none is written
  std::string body{};
  std::size_t body_position = 0;  ///< of the body's first byte in the file; 0 where its text holds escapes
};

/// A statement that runs routines, of which it says nothing more: CALL, EXECUTE
struct Call {
  QualifiedName routine{};
};

}  // namespace runner
