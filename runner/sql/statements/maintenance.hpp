#pragma once

#include "runner/sql/names.hpp"

#include <vector>

namespace runner {

/// VACUUM; ANALYZE alone is no business of ours.
struct Vacuum {
  bool full = false;
  std::vector<QualifiedName> tables{};  ///< empty: all
};

struct ClusterTable {
  QualifiedName table{};  ///< empty: all
};

/// ALTER … ALL IN TABLESPACE … SET TABLESPACE
struct MoveAll {
  std::string from{};
};

struct LockTable {
  std::vector<QualifiedName> tables{};
  int mode = 8;  ///< PostgreSQL's number: 1 ACCESS SHARE … 8 ACCESS EXCLUSIVE
};

}  // namespace runner
