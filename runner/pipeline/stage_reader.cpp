// The second half of the reader: stages with their steps, and tiers.
#include "runner/core/nearest.hpp"
#include "runner/pipeline/pipeline_reader.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace runner {

using Kind = YamlNode::Kind;

/// A stage's name becomes the name of files: reports.
static bool is_stage_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::vector<Stage> PipelineReader::read_stages(const YamlEntry& entry) const {
  if (entry.value.kind != Kind::map || entry.value.entries.empty())
    throw file_
        .error_at(entry.value.kind == Kind::null ? entry.key : entry.value, "'stages' wants a map of stages")
        .hint("write a name and its list of steps, such as 'migrate:check: [dry-run]'");
  std::vector<Stage> stages;
  std::map<std::string, std::string> reports;
  for (const YamlEntry& declared : entry.value.entries) {
    Stage stage = read_stage(declared);
    const auto [other, is_new] = reports.emplace(report_name(stage.name), stage.name);
    if (!is_new)
      throw file_
          .error_at(declared.key, fmt::format("stage '{}' would write the same report files as '{}'",
                                              stage.name, other->second))
          .hint("choose another name: ':' counts as '-' there");
    stages.push_back(std::move(stage));
  }
  return stages;
}

Stage PipelineReader::read_stage(const YamlEntry& entry) const {
  if (!is_stage_name(entry.key.text))
    throw file_.error_at(entry.key, fmt::format("'{}' is no name for a stage", entry.key.text))
        .hint("use up to 64 of a-z, 0-9, ':', '-' and '_', a letter first");
  Stage stage;
  stage.name = entry.key.text;
  stage.place = file_.place(entry.key.offset);
  if (entry.value.kind == Kind::null || (entry.value.kind == Kind::list && entry.value.items.empty()))
    throw file_.error_at(entry.key, fmt::format("stage '{}' has no steps", stage.name))
        .hint("list its steps below it, such as '- dry-run'");
  if (entry.value.kind != Kind::list)
    throw file_.error_at(entry.value, fmt::format("stage '{}' wants a list of steps", stage.name))
        .hint("start each step with '- '");
  for (const YamlNode& step : entry.value.items) stage.steps.push_back(read_step(step, stage.name));
  return stage;
}

Step PipelineReader::read_step(const YamlNode& node, std::string_view stage) const {
  if (node.kind == Kind::null || node.kind == Kind::list)
    throw file_
        .error_at(node,
                  fmt::format("a step of '{}' is {}", stage, node.kind == Kind::null ? "empty" : "a list"))
        .hint("write '- handler' or '- handler: { option: value }'");
  Step step;
  step.place = file_.place(node.offset);
  if (node.kind == Kind::scalar) {
    step.handler = &find_handler(node);
  } else {
    if (node.entries.empty())
      throw file_.error_at(node, fmt::format("a step of '{}' is empty", stage))
          .hint("write '- handler' or '- handler: { option: value }'");
    const YamlEntry& first = node.entries.front();
    step.handler = &find_handler(first.key);
    if (node.entries.size() > 1) {
      const YamlNode& second = node.entries[1].key;
      throw file_
          .error_at(second, fmt::format("'{}' stands beside '{}' in one step", second.text, first.key.text))
          .hint(
              fmt::format("start a step with '- ', and indent the options of '{}' below it", first.key.text));
    }
    if (first.value.kind == Kind::null)
      throw file_.error_at(first.key, fmt::format("'{}' has a colon but no options", first.key.text))
          .hint(fmt::format("write '- {}'", first.key.text));
    if (first.value.kind != Kind::map)
      throw file_.error_at(first.value, fmt::format("the options of '{}' are a map", first.key.text))
          .hint(fmt::format("write '- {}: {{ option: value }}'", first.key.text));
    read_step_options(first.value, step);
  }
  for (const OptionSpec& spec : step.handler->options)
    if (spec.required && !step.options.has(spec.name))
      throw file_.error_at(node, fmt::format("'{}' wants option '{}'", step.handler->name, spec.name))
          .hint(fmt::format("add '{}': {}", spec.name, spec.help));
  read_variable_defaults(step.handler->options, step.handler->name, node.offset, step.options,
                         step.variables);
  add_defaults(step.handler->options, step.options);
  return step;
}

const StageHandler& PipelineReader::find_handler(const YamlNode& name) const {
  std::vector<std::string_view> names;
  for (const StageHandler* handler : handlers_) {
    if (handler->name == name.text) return *handler;
    names.push_back(handler->name);
  }
  throw file_.error_at(name, fmt::format("unknown handler '{}'", name.text)).hint(suggest(name.text, names));
}

/// A number, a word of a list or a time is none; a text may be.
static bool holds_no_secret(const OptionSpec& spec) {
  return spec.repeated || (spec.type != OptionType::text && spec.type != OptionType::text_list);
}

void PipelineReader::read_step_options(const YamlNode& map, Step& step) const {
  std::vector<std::string_view> names;
  const auto find = [&](std::span<const OptionSpec> specs, std::string_view name) -> const OptionSpec* {
    for (const OptionSpec& spec : specs)
      if (spec.name == name) return &spec;
    for (const OptionSpec& spec : specs) names.push_back(spec.name);
    return nullptr;
  };
  for (const YamlEntry& entry : map.entries) {
    names.clear();
    std::vector<std::string> variables;
    if (const OptionSpec* spec = find(step.handler->options, entry.key.text)) {
      step.options.set(entry.key.text, read_option(*spec, entry, step.handler->name, variables));
      if (holds_no_secret(*spec))
        step.variables.insert(step.variables.end(), variables.begin(), variables.end());
    } else if (const OptionSpec* common = find(step_keys(), entry.key.text)) {
      const OptionValue value = read_option(*common, entry, step.handler->name, variables);
      step.continue_on_failure = std::get<std::string>(value) == "continue";
    } else {
      throw file_
          .error_at(entry.key, fmt::format("'{}' has no option '{}'", step.handler->name, entry.key.text))
          .hint(suggest(entry.key.text, names));
    }
  }
}

std::vector<Tier> PipelineReader::read_tiers(const YamlEntry& entry) const {
  if (entry.value.kind != Kind::map)
    throw file_
        .error_at(entry.value.kind == Kind::null ? entry.key : entry.value, "'tiers' wants a map of tiers")
        .hint("write lines such as 'merge_request: [migrate:check]'");
  std::vector<std::string_view> names;
  for (const TierName& tier : tier_names()) names.push_back(tier.name);
  std::vector<Tier> tiers;
  for (const YamlEntry& declared : entry.value.entries) {
    Tier tier;
    tier.name = declared.key.text;
    tier.place = file_.place(declared.key.offset);
    if (std::find(names.begin(), names.end(), tier.name) == names.end())
      throw file_.error_at(declared.key, fmt::format("unknown tier '{}'", tier.name))
          .hint(suggest(tier.name, names));
    if (declared.value.kind != Kind::list)
      throw file_
          .error_at(declared.value.kind == Kind::null ? declared.key : declared.value,
                    fmt::format("tier '{}' wants a list of stages", tier.name))
          .hint(fmt::format("write '{}: [migrate:check]'", tier.name));
    for (const YamlNode& stage : declared.value.items) {
      if (stage.kind != Kind::scalar)
        throw file_.error_at(stage, fmt::format("tier '{}' wants names of stages", tier.name))
            .hint("put names such as migrate:check between the brackets, without a space after the colon");
      if (std::find(tier.stages.begin(), tier.stages.end(), stage.text) != tier.stages.end())
        throw file_.error_at(stage, fmt::format("tier '{}' names stage '{}' twice", tier.name, stage.text))
            .hint("keep one");
      tier.stages.push_back(stage.text);
    }
    tiers.push_back(std::move(tier));
  }
  return tiers;
}

void PipelineReader::check_tiers(const YamlNode& tiers, const Pipeline& pipeline) const {
  std::vector<std::string_view> names;
  for (const Stage& stage : pipeline.stages) names.push_back(stage.name);
  for (const YamlEntry& tier : tiers.entries)
    for (const YamlNode& stage : tier.value.items)
      if (!pipeline.find_stage(stage.text))
        throw file_
            .error_at(stage, fmt::format("tier '{}' names stage '{}', which is not declared", tier.key.text,
                                         stage.text))
            .hint(suggest(stage.text, names));
}

}  // namespace runner
