#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace runner {

/// What a value breaks of a JSON Schema, as "<where>: <keyword>"; empty: nothing. Knows the keywords that our
/// schema uses, and throws at any other, so that none goes unchecked.
std::string first_violation(const nlohmann::json& value, const nlohmann::json& schema);

/// A YAML text as an editor reads it: unquoted numbers and truths are no texts.
nlohmann::json json_of_yaml(const std::string& yaml);

}  // namespace runner
