#include "runner/report/auth_users_schema.hpp"

#include "runner/report/option_schema.hpp"

#include <utility>

namespace runner {

static Json object_of(std::string_view help, const AuthUsersSchemaInput::Map& map) {
  Json object = object_schema(help, map.options, SchemaVariables::none);
  for (const TextPattern& text : map.patterns) {
    Json& property = object["properties"][std::string(text.key)];
    property["type"] = "string";
    property["pattern"] = Json(text.pattern);
  }
  return object;
}

static Json user_schema(const AuthUsersSchemaInput& input) {
  Json user = object_of("An account", input.users);
  for (const OptionSpec& map : input.metadata)
    user["properties"][std::string(map.name)] = {{"type", "object"}, {"description", Json(map.help)}};
  const Json generates{{"required", Json::array({"generate_password"})},
                       {"properties", {{"generate_password", {{"enum", Json::array({true})}}}}}};
  user["anyOf"] = Json::array({{{"required", Json::array({"password_variable"})}}, generates});
  return user;
}

std::string auth_users_schema(const AuthUsersSchemaInput& input) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "Accounts of Supabase Auth, for runner"},
              {"description", Json(input.help)},
              {"type", "object"},
              {"additionalProperties", false},
              {"required", Json::array({"version", "users"})}};
  schema["properties"] = {{"version", {{"enum", Json::array({1})}, {"description", "Of this file's format"}}},
                          {"link", object_of(input.link.help, input.link)},
                          {"users",
                           {{"type", "array"},
                            {"description", Json(input.users.help)},
                            {"minItems", 1},
                            {"items", user_schema(input)}}}};
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace runner
