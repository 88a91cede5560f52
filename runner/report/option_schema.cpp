#include "runner/report/option_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view duration = "[0-9]+(ms|s|min|h|d)";

static Json with_variable(Json type, SchemaVariables variables) {
  if (variables == SchemaVariables::none) return type;
  return {{"anyOf", Json::array({std::move(type), {{"type", "string"}, {"pattern", "\\$\\{"}}})}};
}

static Json choices_of(const OptionSpec& option) {
  return {{"enum", Json(option.choices)}};
}

static Json type_of(const OptionSpec& option, SchemaVariables variables) {
  switch (option.type) {
    case OptionType::boolean:
      return with_variable({{"type", "boolean"}}, variables);
    case OptionType::integer: {
      Json type{{"type", "integer"}, {"minimum", option.min}};
      if (option.max != INT64_MAX) type["maximum"] = option.max;
      return with_variable(std::move(type), variables);
    }
    case OptionType::text_list:
      return {{"type", "array"}, {"items", {{"type", Json::array({"string", "number", "boolean"})}}}};
    case OptionType::choice:
      return with_variable(choices_of(option), variables);
    case OptionType::choice_list:
      return {{"type", "array"}, {"items", with_variable(choices_of(option), variables)}};
    case OptionType::choice_map: {
      Json keys = Json::object();
      for (const std::string_view key : option.keys())
        keys[std::string(key)] = with_variable(choices_of(option), variables);
      return {{"type", "object"}, {"properties", std::move(keys)}, {"additionalProperties", false}};
    }
    case OptionType::duration:
      return with_variable({{"type", "string"}, {"pattern", fmt::format("^{}$", duration)}}, variables);
    case OptionType::duration_range:
      return with_variable({{"type", "string"}, {"pattern", fmt::format("^{0}(\\.\\.{0})?$", duration)}},
                           variables);
    case OptionType::text:
      break;
  }
  // YAML reads an unquoted version or "true" as something else than a text; the runner does not.
  Json type{{"type", Json::array({"string", "number", "boolean"})}};
  if (option.non_empty) type["minLength"] = 1;
  return type;
}

/// As YAML would read the text that stands in the table.
static Json default_of(const OptionSpec& option) {
  if (option.type == OptionType::boolean) return option.default_text == "true";
  if (option.type == OptionType::integer) return Json::parse(option.default_text);
  if (option.type != OptionType::text_list && option.type != OptionType::choice_list)
    return option.default_text;
  Json items = Json::array();
  std::string_view rest = option.default_text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    items.push_back(Json(item));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return items;
}

void add_option_schemas(Json& object, std::span<const OptionSpec> options, SchemaVariables variables) {
  for (const OptionSpec& option : options) {
    Json type = type_of(option, variables);
    type["description"] =
        option.unit.empty() ? std::string(option.help) : fmt::format("{}, in {}", option.help, option.unit);
    if (!option.default_text.empty()) type["default"] = default_of(option);
    object["properties"][std::string(option.name)] = std::move(type);
    if (option.required) object["required"].push_back(Json(option.name));
  }
}

Json object_schema(std::string_view help, std::span<const OptionSpec> options, SchemaVariables variables) {
  Json result{{"type", "object"},
              {"description", Json(help)},
              {"properties", Json::object()},
              {"additionalProperties", false}};
  add_option_schemas(result, options, variables);
  return result;
}

}  // namespace runner
