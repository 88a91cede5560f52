#include "runner/pipeline/pipeline_reader.hpp"

#include "runner/core/nearest.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/prelude.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

using Kind = YamlNode::Kind;

template <typename Specs>
static std::vector<std::string_view> names_of(const Specs& specs) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

static const OptionSpec* find_spec(std::span<const OptionSpec> specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& s) { return s.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

Pipeline PipelineReader::read(std::filesystem::path path, std::filesystem::path root) {
  const YamlNode& top = file_.root();
  if (top.kind == Kind::null)
    throw file_.error_at(0, "the pipeline file is empty")
        .hint("write 'version: 1', then 'tiers' and 'stages'");
  if (top.kind != Kind::map)
    throw file_.error_at(top, fmt::format("a pipeline file is a map of keys, not {}", kind_name(top)))
        .hint("start with 'version: 1'");
  check_version(top);

  const PipelineSection& keys = pipeline_section("");
  std::vector<std::string_view> known = names_of(keys.keys);
  for (const PipelineSection& section : pipeline_sections().subspan(1)) known.push_back(section.name);
  known.insert(known.end(), {"tiers", "stages"});

  Pipeline pipeline;
  pipeline.file = std::move(path);
  pipeline.root = std::move(root);
  Options options;
  std::vector<std::string> ignored;
  for (const YamlEntry& entry : top.entries) {
    const std::string& name = entry.key.text;
    if (const OptionSpec* spec = find_spec(keys.keys, name))
      options.set(name, read_option(*spec, entry, "", ignored));
    else if (name == "tiers")
      pipeline.tiers = read_tiers(entry);
    else if (name == "stages")
      pipeline.stages = read_stages(entry);
    else if (std::find(known.begin(), known.end(), name) == known.end())
      throw file_.error_at(entry.key, fmt::format("unknown key '{}'", name)).hint(suggest(name, known));
    else if (entry.value.kind != Kind::map)
      throw file_
          .error_at(shown_node(entry), fmt::format("'{}' wants a map, not {}", name, kind_name(entry.value)))
          .hint(fmt::format("write 'key: value' lines below it; its keys are {}",
                            fmt::join(names_of(pipeline_section(name).keys), ", ")));
    else if (name == "database")
      use_database(&entry.value, pipeline);
    else if (name == "seeds")
      use_seeds(&entry.value, pipeline);
    else
      use_shadow(&entry.value, pipeline);
  }
  if (!top.find("database")) use_database(nullptr, pipeline);
  if (!top.find("shadow")) use_shadow(nullptr, pipeline);
  if (!top.find("seeds")) use_seeds(nullptr, pipeline);
  if (!top.find("stages"))
    throw file_.error_at(0, "the pipeline file declares no stages")
        .hint("add 'stages:' with at least one stage");
  if (const YamlNode* tiers = top.find("tiers")) check_tiers(*tiers, pipeline);
  add_defaults(keys.keys, options);
  pipeline.migrations = (pipeline.root / options.text("migrations")).lexically_normal();
  pipeline.rollbacks = (pipeline.root / options.text("rollbacks")).lexically_normal();
  return pipeline;
}

/// First of all, because a file of another version may hold keys that this one does not know.
void PipelineReader::check_version(const YamlNode& root) const {
  static constexpr std::string_view advice = "write 'version: 1'";
  const YamlNode* version = root.find("version");
  if (!version)
    throw file_.error_at(0, "the pipeline file has no version").hint("write 'version: 1' as its first line");
  if (version->kind != Kind::scalar || version->text != fmt::format("{}", pipeline_version)) {
    const auto entry = std::find_if(root.entries.begin(), root.entries.end(),
                                    [](const YamlEntry& e) { return e.key.text == "version"; });
    throw file_
        .error_at(shown_node(*entry),
                  version->kind == Kind::scalar
                      ? fmt::format("version '{}' of the pipeline file is not known", version->text)
                      : fmt::format("'version' wants a whole number, not {}", kind_name(*version)))
        .hint(std::string(advice));
  }
}

PipelineReader::Section PipelineReader::read_section(const PipelineSection& section,
                                                     const YamlNode* map) const {
  Section result;
  if (map)
    for (const YamlEntry& entry : map->entries) {
      const OptionSpec* spec = find_spec(section.keys, entry.key.text);
      if (!spec)
        throw file_.error_at(entry.key, fmt::format("unknown key '{}' in {}", entry.key.text, section.name))
            .hint(suggest(entry.key.text, names_of(section.keys)));
      std::vector<std::string> variables;
      result.options.set(entry.key.text, read_option(*spec, entry, section.name, variables));
      if (entry.key.text == "url") {
        result.variables = std::move(variables);
        result.url_place = file_.place(entry.value.offset);
      }
    }
  read_variable_defaults(section.keys, section.name, 0, result.options, result.variables);
  add_defaults(section.keys, result.options);
  return result;
}

/// Runs a check that knows nothing of places, and adds this one to what it throws.
template <typename Check>
void PipelineReader::placed(const YamlNode& node, Check&& check) const {
  try {
    check();
  } catch (Error& problem) {
    // A variable's value may be a secret: the check's own words repeat it.
    Error shown = node.text.find("${") == std::string::npos
                      ? problem
                      : Error{ExitCode::usage, "a variable's value does not fit here"}.hint(problem.advice());
    throw shown.at(file_.place(node.offset));
  }
}

void PipelineReader::use_database(const YamlNode* node, Pipeline& pipeline) const {
  Section section = read_section(pipeline_section("database"), node);
  pipeline.database_url = Secret{section.options.text("url")};
  pipeline.database_url_source = !section.variables.empty()
                                     ? section.variables.front()
                                     : fmt::format("database.url of {}", section.url_place.str());
  pipeline.allow_reset = section.options.boolean("allow_reset");
  pipeline.history_table = section.options.text("history");
  if (node != nullptr)
    if (const YamlNode* history = node->find("history"))
      placed(*history, [&] { HistoryTable::parse(pipeline.history_table); });
  if (variables_.find("CI_PIPELINE_SOURCE") != "merge_request_event") return;
  // The author of a merge request writes this file, so its check gets a role that can only read, or none.
  const std::string& url = pipeline.database_url.reveal();
  if (const auto check = variables_.find("RUNNER_CHECK_URL"); check && !check->empty()) {
    pipeline.database_url = Secret{*check};
    pipeline.database_url_source = "RUNNER_CHECK_URL";
  } else if (!url.empty() && url != "embedded") {
    pipeline.database_url = Secret{};
    pipeline.database_withheld = true;
  }
}

void PipelineReader::use_shadow(const YamlNode* node, Pipeline& pipeline) const {
  const Options options = read_section(pipeline_section("shadow"), node).options;
  pipeline.shadow_server = Secret{options.text("server")};
  pipeline.preludes = options.list("prelude");
  if (const YamlNode* preludes = node != nullptr ? node->find("prelude") : nullptr)
    for (std::size_t i = 0; i < preludes->items.size(); ++i)
      placed(preludes->items[i], [&] { find_prelude(pipeline.preludes[i]); });
  pipeline.shadow_superuser = options.boolean("superuser");
  pipeline.shadow_stand_ins = options.boolean("stand_ins");
  if (const std::string& baseline = options.text("baseline"); !baseline.empty())
    pipeline.baseline = (pipeline.root / baseline).lexically_normal();
}

void PipelineReader::use_seeds(const YamlNode* node, Pipeline& pipeline) const {
  const Options options = read_section(pipeline_section("seeds"), node).options;
  pipeline.seeds.folder = (pipeline.root / options.text("folder")).lexically_normal();
  if (!options.has("files")) return;
  for (const std::string& file : options.list("files"))
    pipeline.seeds.files.push_back((pipeline.root / file).lexically_normal());
}

/// Substitution with the place of the variable that is wrong, as near as quotes and escapes let us know it.
Substituted PipelineReader::value_of(const YamlNode& scalar) const {
  try {
    return substitute(scalar.text, variables_);
  } catch (const Error& problem) {
    std::string_view rest = scalar.text;
    std::size_t chars = static_cast<std::size_t>(std::max(problem.place().column, 1)) - 1;
    std::size_t at = 0;
    for (; at < rest.size() && (chars > 0 || (rest[at] & 0xC0) == 0x80); ++at)
      if ((rest[at] & 0xC0) != 0x80) --chars;
    const std::string_view written = rest.substr(at, rest.find_first_of("}\n", at) - at);
    const std::size_t found = file_.text().find(written, scalar.offset);
    throw file_.error_at(found == std::string::npos ? scalar.offset : found, problem.message())
        .hint(problem.advice());
  }
}

static std::string named(const OptionSpec& spec, std::string_view owner) {
  return owner.empty() ? fmt::format("'{}'", spec.name) : fmt::format("'{}.{}'", owner, spec.name);
}

/// An option is refused in our own words when its value came from a variable, because that may be a secret.
static Error unfit_variable(const OptionSpec& spec, const std::vector<std::string>& variables) {
  Error error{ExitCode::usage, fmt::format("the value of {} does not fit option '{}', which wants {}",
                                           fmt::join(variables, ", "), spec.name, to_string(spec.type))};
  if (!spec.choices.empty()) error.hint(fmt::format("use one of {}", fmt::join(spec.choices, ", ")));
  return error;
}

/// The entries of an option that is a map itself.
OptionMap PipelineReader::read_map(const OptionSpec& spec, const YamlNode& map,
                                   std::string_view owner) const {
  OptionMap values;
  for (const YamlEntry& entry : map.entries) {
    placed(entry.key, [&] { check_map_key(spec, entry.key.text); });
    if (entry.value.kind != Kind::scalar)
      throw file_
          .error_at(entry.value.kind == Kind::null ? entry.key : entry.value,
                    fmt::format("'{}' in {} wants one word", entry.key.text, named(spec, owner)))
          .hint(fmt::format("write one of {}", fmt::join(spec.choices, ", ")));
    std::string word = value_of(entry.value).text;
    placed(entry.value, [&] { check_map_value(spec, word); });
    values.emplace(entry.key.text, std::move(word));
  }
  return values;
}

void PipelineReader::read_variable_defaults(std::span<const OptionSpec> specs, std::string_view owner,
                                            std::size_t offset, Options& options,
                                            std::vector<std::string>& variables) const {
  const auto scalar = [&](std::string_view text) {
    YamlNode written;
    written.kind = Kind::scalar;
    written.text = text;
    written.offset = offset;
    return written;
  };
  for (const OptionSpec& spec : specs) {
    if (options.has(spec.name) || spec.default_text.find('$') == std::string_view::npos) continue;
    const YamlEntry entry{scalar(spec.name), scalar(spec.default_text)};
    options.set(std::string(spec.name), read_option(spec, entry, owner, variables));
  }
}

OptionValue PipelineReader::read_option(const OptionSpec& spec, const YamlEntry& entry,
                                        std::string_view owner, std::vector<std::string>& variables) const {
  const YamlNode& value = entry.value;
  if (value.kind == Kind::null)
    throw file_.error_at(entry.key, fmt::format("{} has no value", named(spec, owner)))
        .hint("write a value, or leave the line out");
  if (spec.type == OptionType::choice_map && value.kind == Kind::map) return read_map(spec, value, owner);
  if (value.kind == Kind::map)
    throw file_
        .error_at(value, fmt::format("{} wants {}, not a map", named(spec, owner), to_string(spec.type)))
        .hint("write one value; put quotes around it when it starts with '{'");
  std::vector<std::string> items;
  const auto add = [&](const YamlNode& item) {
    if (item.kind != Kind::scalar)
      throw file_
          .error_at(item,
                    fmt::format("{} holds {} where a text is wanted", named(spec, owner), kind_name(item)))
          .hint("write one value, in quotes when it holds special characters");
    Substituted text = value_of(item);
    const bool converted = spec.type == OptionType::boolean || spec.type == OptionType::integer;
    if (converted && item.quoted && text.names.empty() && text.text == item.text)
      throw file_
          .error_at(item, fmt::format("{} wants {}, not a text in quotes", named(spec, owner),
                                      to_string(spec.type)))
          .hint("leave the quotes out");
    items.push_back(std::move(text.text));
    variables.insert(variables.end(), text.names.begin(), text.names.end());
  };
  const bool is_list = value.kind == Kind::list;
  if (is_list)
    for (const YamlNode& item : value.items) add(item);
  else
    add(value);
  try {
    return parse_option(spec, items, is_list);
  } catch (Error& problem) {
    Error shown = variables.empty() ? problem : unfit_variable(spec, variables);
    throw shown.at(file_.place(value.offset));
  }
}

}  // namespace runner
