#include "runner/yaml/yaml_json.hpp"

#include <cctype>

#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

/// JSON's numbers are those of YAML's core schema but for "+1", "01", ".5", octal and hexadecimal ones, which
/// stay texts: such a text is more often a telephone number.
static bool is_number(const std::string& text) {
  return !text.empty() && (text[0] == '-' || std::isdigit(static_cast<unsigned char>(text[0])) != 0) &&
         Json::accept(text);
}

static Json scalar(const YamlNode& node) {
  if (node.quoted) return node.text;
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  if (node.text == "null" || node.text == "~") return nullptr;
  return is_number(node.text) ? Json::parse(node.text) : Json(node.text);
}

static Json tree(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return nullptr;
    case YamlNode::Kind::scalar:
      return scalar(node);
    case YamlNode::Kind::list: {
      Json list = Json::array();
      for (const YamlNode& item : node.items) list.push_back(tree(item));
      return list;
    }
    case YamlNode::Kind::map: {
      Json map = Json::object();
      for (const YamlEntry& entry : node.entries) map[entry.key.text] = tree(entry.value);
      return map;
    }
  }
  return nullptr;
}

std::string json_of(const YamlNode& node) {
  return tree(node).dump();
}

}  // namespace runner
