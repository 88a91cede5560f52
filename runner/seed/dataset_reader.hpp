#pragma once

#include "runner/seed/dataset.hpp"
#include "runner/seed/dataset_keys.hpp"
#include "runner/yaml/yaml_file.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace runner {

/// Turns the tree of a dataset's file into a Dataset, in the file's order, and stops at the first mistake.
class DatasetReader {
 public:
  DatasetReader(const YamlFile& file, std::filesystem::path path, const std::filesystem::path& root)
      : file_(file), path_(std::move(path)), root_(root) {}

  /// Throws: Error{usage} with the place.
  Dataset read();

 private:
  void check_version(const YamlNode& top) const;
  Options read_keys(const DatasetSection& section, const YamlNode& map) const;
  OptionValue read_value(const OptionSpec& spec, const YamlEntry& entry) const;
  void read_source(const YamlEntry& entry, Dataset& dataset) const;
  void read_columns(const YamlEntry& entry, Dataset& dataset) const;
  DatasetColumn read_column(const YamlEntry& entry) const;
  void read_map(const YamlEntry& entry, DatasetColumn& column) const;
  void read_lookup(const YamlEntry& entry, DatasetColumn& column) const;
  void check_column(const YamlNode& node, const Options& options, const DatasetColumn& column) const;
  SkipRule read_skip_rule(const YamlNode& node) const;
  Expectation read_expectation(const YamlNode& node) const;
  ValueClass read_class(const YamlNode& node) const;
  void check_dataset(const YamlNode& top, const Dataset& dataset) const;
  void check_expectations(const YamlNode& top, const Dataset& dataset) const;
  /// The node of a key, or the map itself.
  const YamlNode& node_of(const YamlNode& map, std::string_view key) const;
  const YamlNode& item_of(const YamlNode& map, std::string_view key, std::size_t index) const;

  const YamlFile& file_;
  std::filesystem::path path_;
  const std::filesystem::path& root_;
};

}  // namespace runner
