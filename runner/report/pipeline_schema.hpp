#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string>
#include <string_view>

namespace runner {

/// Something with a name, a help text and options: a section of the file, a tier, a handler.
struct OptionTable {
  std::string_view name{};
  std::string_view help{};
  std::span<const OptionSpec> options{};
};

struct SchemaInput {
  std::span<const OptionTable> sections{};  ///< the top level first, without a name
  std::span<const OptionTable> tiers{};
  std::span<const OptionTable> handlers{};
  std::span<const OptionSpec> step_options{};  ///< that every handler understands
};

/// The JSON Schema (draft-07, which editors' YAML plug-ins know) of pipeline files. It accepts `${NAME}`
/// where a variable may stand; what only the values can tell is left to `runner validate`.
std::string pipeline_schema(const SchemaInput& input);

}  // namespace runner
