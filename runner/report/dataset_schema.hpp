#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string>
#include <string_view>

namespace runner {

/// A section of a dataset's file: a map of options, a map of names to such maps, or a list of such maps.
struct DatasetSchemaSection {
  enum class Kind { map, named_map, list };
  std::string_view name{};
  std::string_view parent{};  ///< the section in which it stands; empty: the top level
  Kind kind = Kind::map;
  std::string_view help{};
  std::span<const OptionSpec> options{};
};

struct DatasetSchemaInput {
  std::span<const DatasetSchemaSection> sections{};  ///< the top level first, without a name
  std::string_view value_map{};                      ///< key below a column: a map of texts
  std::string_view value_map_help{};
};

/// The JSON Schema (draft-07) of datasets. What only the parts together can tell is left to `runner seed`.
std::string dataset_schema(const DatasetSchemaInput& input);

}  // namespace runner
