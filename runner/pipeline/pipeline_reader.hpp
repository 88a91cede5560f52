#pragma once

#include "runner/pipeline/pipeline.hpp"
#include "runner/pipeline/pipeline_keys.hpp"
#include "runner/yaml/yaml_file.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Turns the tree of a pipeline file into a Pipeline, in the file's order, and stops at the first mistake.
class PipelineReader {
 public:
  PipelineReader(const YamlFile& file, const Variables& variables, StageHandlers handlers)
      : file_(file), variables_(variables), handlers_(handlers) {}

  /// Throws: Error{usage} with the place.
  Pipeline read(std::filesystem::path path, std::filesystem::path root);

 private:
  struct Section {
    Options options{};
    std::vector<std::string> variables{};  ///< of `url`: where its value came from
    Place url_place{};
  };

  void check_version(const YamlNode& root) const;
  Section read_section(const PipelineSection& section, const YamlNode* map) const;
  OptionValue read_option(const OptionSpec& spec, const YamlEntry& entry, std::string_view owner,
                          std::vector<std::string>& variables) const;
  /// Defaults may name variables, as the file itself may; a value that does not fit is told at `offset`.
  void read_variable_defaults(std::span<const OptionSpec> specs, std::string_view owner, std::size_t offset,
                              Options& options, std::vector<std::string>& variables) const;
  OptionMap read_map(const OptionSpec& spec, const YamlNode& map, std::string_view owner) const;
  Substituted value_of(const YamlNode& scalar) const;
  template <typename Check>
  void placed(const YamlNode& node, Check&& check) const;
  void use_database(const YamlNode* node, Pipeline& pipeline) const;
  void use_shadow(const YamlNode* node, Pipeline& pipeline) const;
  void use_seeds(const YamlNode* node, Pipeline& pipeline) const;

  std::vector<Stage> read_stages(const YamlEntry& entry) const;
  Stage read_stage(const YamlEntry& entry) const;
  Step read_step(const YamlNode& node, std::string_view stage) const;
  const StageHandler& find_handler(const YamlNode& name) const;
  void read_step_options(const YamlNode& map, Step& step) const;

  std::vector<Tier> read_tiers(const YamlEntry& entry) const;
  void check_tiers(const YamlNode& tiers, const Pipeline& pipeline) const;

  const YamlFile& file_;
  const Variables& variables_;
  StageHandlers handlers_;
};

}  // namespace runner
