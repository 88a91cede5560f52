#pragma once

#include "runner/sql/names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runner {

struct CreateView {
  QualifiedName view{};
  bool replace = false;
  bool temporary = false;
  bool materialized = false;
  bool if_not_exists = false;
  bool security_invoker = false;
  std::optional<std::vector<std::string>> columns{};  ///< nothing where the text doesn't tell, as SELECT *
};

/// CREATE TABLE … AS, SELECT … INTO
struct CreateTableAs {
  QualifiedName table{};
  bool if_not_exists = false;
  bool temporary = false;
};

struct RefreshView {
  QualifiedName view{};
  bool concurrently = false;
  bool with_data = true;
};

}  // namespace runner
