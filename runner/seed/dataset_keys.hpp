#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string_view>

namespace runner {

/// Where a section stands in a dataset's file.
enum class DatasetSectionKind {
  map,        ///< a map of these keys; the top level, too
  named_map,  ///< a map of names, each with a map of these keys
  list,       ///< a list of maps of these keys
};

/// The keys of a dataset's file as tables: the reader checks by them, and the JSON Schema is made from them.
/// A text_list may be written as one text.
struct DatasetSection {
  std::string_view name{};    ///< "source"; empty: the top level
  std::string_view parent{};  ///< the section in which it stands: "lookup" in "columns"
  DatasetSectionKind kind = DatasetSectionKind::map;
  std::string_view help{};
  std::span<const OptionSpec> keys{};
};

/// The top level first.
std::span<const DatasetSection> dataset_sections();
const DatasetSection& dataset_section(std::string_view name);

inline constexpr std::int64_t dataset_version = 1;
/// The key below a column whose map has texts of the author's own on both sides.
inline constexpr std::string_view value_map_key = "map";
inline constexpr std::string_view value_map_help =
    "What each value becomes; one that is not listed is an error, unless `else` says what it becomes";

}  // namespace runner
