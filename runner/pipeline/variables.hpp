#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// --var before the environment.
class Variables {
 public:
  Variables() = default;
  explicit Variables(std::map<std::string, std::string> given) : given_(std::move(given)) {}
  std::optional<std::string> find(const std::string& name) const;

 private:
  std::map<std::string, std::string> given_{};
};

/// A letter or '_', then letters, digits and '_'.
bool is_variable_name(std::string_view text);

struct Substituted {
  std::string text{};
  std::vector<std::string> names{};  ///< variables whose value was used
};

/// Replaces ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ inside one scalar.
/// Throws: Error{usage} with at(): `column` of the place is the offending character in `text` from 1.
Substituted substitute(std::string_view text, const Variables& variables);

}  // namespace runner
