#include "runner/report/pipeline_schema.hpp"

#include "runner/report/option_schema.hpp"

namespace runner {

static constexpr std::string_view stage_name = "^[a-z][a-z0-9:_-]{0,63}$";

static Json object(std::string_view help, std::span<const OptionSpec> options,
                   std::span<const OptionSpec> more = {}) {
  Json result = object_schema(help, options, SchemaVariables::allowed);
  add_option_schemas(result, more, SchemaVariables::allowed);
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
