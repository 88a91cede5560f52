#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// SET and RESET. SET ROLE has the name "role", SET SESSION AUTHORIZATION "session_authorization".
struct Setting {
  enum class Kind { value, by_default, current, transaction, reset, reset_all };
  Kind kind = Kind::value;
  std::string name{};
  std::vector<std::string> values{};  ///< constants, as texts
  bool is_local = false;
};

}  // namespace runner
