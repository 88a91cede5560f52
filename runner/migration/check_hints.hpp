#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Constants that a constraint mentions, by what they are compared with. A value that satisfies it is often
/// among them, or beside one.
struct CheckHints {
  std::vector<std::string> words{};      ///< 'PAID' of = 'PAID'
  std::vector<std::string> mentioned{};  ///< compared otherwise: '@' of position('@' in mail) > 1
  std::vector<std::string> patterns{};   ///< of ~ and ~*
  std::vector<std::string> likes{};      ///< of LIKE and ILIKE
  std::vector<long long> numbers{};      ///< whole ones

  void operator+=(const CheckHints& other);
};

/// Reads what pg_get_constraintdef or pg_get_expr wrote.
CheckHints check_hints(std::string_view expression);

}  // namespace runner
