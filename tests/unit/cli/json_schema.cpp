#include "json_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <regex>
#include <set>
#include <stdexcept>

#include <yaml-cpp/yaml.h>

namespace runner {

using nlohmann::json;

class SchemaCheck {
 public:
  explicit SchemaCheck(const json& root) : root_(root) {}

  std::string check(const json& value, const json& schema, const std::string& where) const {
    for (const auto& [keyword, rule] : schema.items()) {
      const std::string problem = check_keyword(value, schema, keyword, rule, where);
      if (!problem.empty()) return problem;
    }
    return {};
  }

 private:
  static bool is(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    throw std::logic_error("unknown type " + type);
  }

  static bool has_type(const json& value, const json& types) {
    if (types.is_string()) return is(value, types);
    for (const json& type : types)
      if (is(value, type)) return true;
    return false;
  }

  std::string members(const json& value, const json& schema, const std::string& where) const {
    for (const auto& [key, member] : value.items()) {
      const bool known = schema.contains("properties") && schema["properties"].contains(key);
      if (!known && !schema.contains("additionalProperties")) continue;
      const json& rule = known ? schema["properties"][key] : schema["additionalProperties"];
      if (rule.is_boolean()) {
        if (!rule.get<bool>()) return where + "/" + key + ": additionalProperties";
        continue;
      }
      const std::string problem = check(member, rule, where + "/" + key);
      if (!problem.empty()) return problem;
    }
    return {};
  }

  std::string items(const json& value, const json& rule, const std::string& where) const {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string problem = check(value[i], rule, where + "/" + std::to_string(i));
      if (!problem.empty()) return problem;
    }
    return {};
  }

  bool holds(const json& value, const json& schema, const std::string& keyword, const json& rule) const {
    if (keyword == "type") return has_type(value, rule);
    if (keyword == "enum") return std::find(rule.begin(), rule.end(), value) != rule.end();
    if (keyword == "pattern")
      return !value.is_string() ||
             std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
    if (keyword == "minimum")
      return !value.is_number() || value.get<std::int64_t>() >= rule.get<std::int64_t>();
    if (keyword == "maximum")
      return !value.is_number() || value.get<std::int64_t>() <= rule.get<std::int64_t>();
    if (keyword == "minLength") return !value.is_string() || value.get<std::string>().size() >= rule;
    if (keyword == "minItems") return !value.is_array() || value.size() >= rule;
    if (keyword == "minProperties") return !value.is_object() || value.size() >= rule;
    if (keyword == "maxProperties") return !value.is_object() || value.size() <= rule;
    if (keyword == "uniqueItems") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (value[i] == value[j]) return false;
      return true;
    }
    if (keyword == "required") {
      for (const json& key : rule)
        if (value.is_object() && !value.contains(key)) return false;
      return true;
    }
    if (keyword == "propertyNames") {
      for (const auto& [key, member] : value.items())
        if (!check(json(key), rule, "").empty()) return false;
      return true;
    }
    if (keyword == "anyOf")
      return std::any_of(rule.begin(), rule.end(),
                         [&](const json& one) { return check(value, one, "").empty(); });
    static const std::set<std::string> notes{"$schema", "title", "description", "default", "definitions"};
    if (notes.contains(keyword)) return true;
    throw std::logic_error("keyword " + keyword + " is not known to the test: " + schema.dump());
  }

  std::string check_keyword(const json& value, const json& schema, const std::string& keyword,
                            const json& rule, const std::string& where) const {
    if (keyword == "$ref") return check(value, root_["definitions"]["step"], where);
    if (keyword == "properties") return value.is_object() ? members(value, schema, where) : "";
    if (keyword == "additionalProperties")
      return value.is_object() && !schema.contains("properties") ? members(value, schema, where) : "";
    if (keyword == "items") return value.is_array() ? items(value, rule, where) : "";
    return holds(value, schema, keyword, rule) ? "" : where + ": " + keyword;
  }

  const json& root_;
};

std::string first_violation(const json& value, const json& schema) {
  return SchemaCheck{schema}.check(value, schema, "");
}

static json scalar(const YAML::Node& node) {
  std::int64_t number = 0;
  bool truth = false;
  const bool plain = node.Tag() == "?";
  if (plain && YAML::convert<std::int64_t>::decode(node, number)) return number;
  if (plain && YAML::convert<bool>::decode(node, truth)) return truth;
  return node.Scalar();
}

static json converted(const YAML::Node& node) {
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    json list = json::array();
    for (const YAML::Node& item : node) list.push_back(converted(item));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  json map = json::object();
  for (const auto& entry : node) map[entry.first.Scalar()] = converted(entry.second);
  return map;
}

json json_of_yaml(const std::string& yaml) {
  return converted(YAML::Load(yaml));
}

}  // namespace runner
