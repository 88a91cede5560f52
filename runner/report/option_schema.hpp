#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

namespace runner {

/// Keys in the order in which they are set, so that the text reads as the file does.
using Json = nlohmann::ordered_json;

/// Whether `${NAME}` may stand where a value is wanted.
enum class SchemaVariables { allowed, none };

/// The JSON Schema of a map with these options and no other key.
Json object_schema(std::string_view help, std::span<const OptionSpec> options, SchemaVariables variables);
/// Adds further options to one.
void add_option_schemas(Json& object, std::span<const OptionSpec> options, SchemaVariables variables);

}  // namespace runner
