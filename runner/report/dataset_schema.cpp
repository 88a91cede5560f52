#include "runner/report/dataset_schema.hpp"

#include "runner/report/option_schema.hpp"

#include <utility>

namespace runner {

static constexpr std::string_view text_types[] = {"string", "number", "boolean"};

static Json text() {
  return {{"type", Json(text_types)}};
}

/// A list of texts may be written as one text.
static void allow_single_texts(Json& object, std::span<const OptionSpec> options) {
  for (const OptionSpec& option : options) {
    if (option.type != OptionType::text_list) continue;
    Json& property = object["properties"][std::string(option.name)];
    Json list{{"type", "array"}, {"items", text()}, {"minItems", 1}, {"uniqueItems", option.name != "from"}};
    if (option.name == "from") list.erase("uniqueItems");
    Json either{{"anyOf", Json::array({text(), std::move(list)})}, {"description", property["description"]}};
    property = std::move(either);
  }
}

static Json section_schema(const DatasetSchemaInput& input, const DatasetSchemaSection& section) {
  Json object = object_schema(section.help, section.options, SchemaVariables::none);
  allow_single_texts(object, section.options);
  for (const DatasetSchemaSection& part : input.sections)
    if (!part.name.empty() && part.parent == section.name)
      object["properties"][std::string(part.name)] = section_schema(input, part);
  if (section.kind == DatasetSchemaSection::Kind::list)
    return {{"type", "array"}, {"description", Json(section.help)}, {"items", std::move(object)}};
  if (section.kind != DatasetSchemaSection::Kind::named_map) return object;
  object["properties"][std::string(input.value_map)] = {{"type", "object"},
                                                        {"description", Json(input.value_map_help)},
                                                        {"additionalProperties", text()},
                                                        {"minProperties", 1}};
  Json one{{"anyOf", Json::array({{{"type", "string"}, {"minLength", 1}}, std::move(object)})}};
  return {{"type", "object"},
          {"description", Json(section.help)},
          {"additionalProperties", std::move(one)},
          {"minProperties", 1}};
}

std::string dataset_schema(const DatasetSchemaInput& input) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "Dataset of runner"}};
  schema.update(section_schema(input, input.sections.front()));
  schema["required"].push_back("source");
  schema["required"].push_back("columns");
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace runner
