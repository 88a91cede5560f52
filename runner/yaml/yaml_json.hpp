#pragma once

#include "runner/yaml/yaml_file.hpp"

#include <string>

namespace runner {

/// A value of a YAML file as JSON. Scalars without quotes are what YAML's core schema takes them for: true
/// and false, null and ~, decimal numbers; everything else is a text. Source: YAML 1.2.2, section 10.3.2.
std::string json_of(const YamlNode& node);

}  // namespace runner
