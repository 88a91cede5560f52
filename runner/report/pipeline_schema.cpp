#include "runner/report/pipeline_schema.hpp"

#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

// Keys in the order in which they are set, so that the text reads as the file does.
using Json = nlohmann::ordered_json;

static constexpr std::string_view duration = "[0-9]+(ms|s|min|h|d)";
static constexpr std::string_view stage_name = "^[a-z][a-z0-9:_-]{0,63}$";

static Json with_variable(Json type) {
  return {{"anyOf", Json::array({std::move(type), {{"type", "string"}, {"pattern", "\\$\\{"}}})}};
}

static Json choices_of(const OptionSpec& option) {
  return {{"enum", Json(option.choices)}};
}

static Json type_of(const OptionSpec& option) {
  switch (option.type) {
    case OptionType::boolean:
      return with_variable({{"type", "boolean"}});
    case OptionType::integer: {
      Json type{{"type", "integer"}, {"minimum", option.min}};
      if (option.max != INT64_MAX) type["maximum"] = option.max;
      return with_variable(std::move(type));
    }
    case OptionType::text_list:
      return {{"type", "array"}, {"items", {{"type", Json::array({"string", "number", "boolean"})}}}};
    case OptionType::choice:
      return with_variable(choices_of(option));
    case OptionType::choice_list:
      return {{"type", "array"}, {"items", with_variable(choices_of(option))}};
    case OptionType::choice_map: {
      Json keys = Json::object();
      for (const std::string_view key : option.keys())
        keys[std::string(key)] = with_variable(choices_of(option));
      return {{"type", "object"}, {"properties", std::move(keys)}, {"additionalProperties", false}};
    }
    case OptionType::duration:
      return with_variable({{"type", "string"}, {"pattern", fmt::format("^{}$", duration)}});
    case OptionType::duration_range:
      return with_variable({{"type", "string"}, {"pattern", fmt::format("^{0}(\\.\\.{0})?$", duration)}});
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

static void add_options(Json& properties, Json& required, std::span<const OptionSpec> options) {
  for (const OptionSpec& option : options) {
    Json type = type_of(option);
    type["description"] =
        option.unit.empty() ? std::string(option.help) : fmt::format("{}, in {}", option.help, option.unit);
    if (!option.default_text.empty()) type["default"] = default_of(option);
    properties[std::string(option.name)] = std::move(type);
    if (option.required) required.push_back(Json(option.name));
  }
}

static Json object(std::string_view help, std::span<const OptionSpec> options,
                   std::span<const OptionSpec> more = {}) {
  Json properties = Json::object();
  Json required = Json::array();
  add_options(properties, required, options);
  add_options(properties, required, more);
  Json result{{"type", "object"},
              {"description", Json(help)},
              {"properties", std::move(properties)},
              {"additionalProperties", false}};
  if (!required.empty()) result["required"] = std::move(required);
  return result;
}

static Json tiers_of(const SchemaInput& input) {
  Json properties = Json::object();
  for (const OptionTable& tier : input.tiers)
    properties[std::string(tier.name)] = {{"type", "array"},
                                          {"description", Json(tier.help)},
                                          {"items", {{"type", "string"}, {"pattern", stage_name}}},
                                          {"uniqueItems", true}};
  return {{"type", "object"},
          {"description", "When stages run"},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

/// A step: a handler's name, or a map with it as the only key.
static Json step_of(const SchemaInput& input) {
  Json names = Json::array();
  Json handlers = Json::object();
  for (const OptionTable& handler : input.handlers) {
    bool required = false;
    for (const OptionSpec& option : handler.options) required |= option.required;
    if (!required) names.push_back(Json(handler.name));
    handlers[std::string(handler.name)] = object(handler.help, handler.options, input.step_options);
  }
  return {{"anyOf", Json::array({{{"enum", std::move(names)}},
                                 {{"type", "object"},
                                  {"properties", std::move(handlers)},
                                  {"additionalProperties", false},
                                  {"minProperties", 1},
                                  {"maxProperties", 1}}})}};
}

std::string pipeline_schema(const SchemaInput& input) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "Pipeline file of runner"}};
  schema.update(object(input.sections.front().help, input.sections.front().options));
  Json& properties = schema["properties"];
  for (const OptionTable& section : input.sections.subspan(1))
    properties[std::string(section.name)] = object(section.help, section.options);
  properties["tiers"] = tiers_of(input);
  properties["stages"] = {{"type", "object"},
                          {"description", "Each stage's steps, in order"},
                          {"propertyNames", {{"pattern", stage_name}}},
                          {"additionalProperties",
                           {{"type", "array"}, {"minItems", 1}, {"items", {{"$ref", "#/definitions/step"}}}}},
                          {"minProperties", 1}};
  schema["required"].push_back("stages");
  schema["definitions"] = {{"step", step_of(input)}};
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace runner
