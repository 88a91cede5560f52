#pragma once

#include "runner/sql/names.hpp"

#include <string>
#include <vector>

namespace runner {

struct CreateIndex {
  std::string name{};  ///< "" where PostgreSQL chooses one
  QualifiedName table{};
  std::vector<std::string> columns{};  ///< "" for an expression
  bool concurrently = false;
  bool unique = false;
  bool partial = false;
  bool only = false;  ///< ON ONLY: nothing is built on the partitions
  bool if_not_exists = false;
};

struct Reindex {
  enum class Kind { index, table, schema, database, system };
  Kind kind = Kind::index;
  QualifiedName target{};
  bool concurrently = false;
};

}  // namespace runner
