#include "runner/seed/dataset_reader.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/nearest.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace runner {

using Kind = YamlNode::Kind;

/// Sections and the map of values that stand among the keys of `section`.
static std::vector<std::string_view> known_keys(const DatasetSection& section) {
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : section.keys) names.push_back(spec.name);
  for (const DatasetSection& other : dataset_sections())
    if (!other.name.empty() && other.parent == section.name) names.push_back(other.name);
  if (section.name == "columns") names.push_back(value_map_key);
  return names;
}

static const OptionSpec* find_spec(const DatasetSection& section, std::string_view name) {
  const auto found = std::find_if(section.keys.begin(), section.keys.end(),
                                  [&](const OptionSpec& spec) { return spec.name == name; });
  return found == section.keys.end() ? nullptr : &*found;
}

const YamlNode& DatasetReader::node_of(const YamlNode& map, std::string_view key) const {
  const YamlNode* node = map.find(key);
  return node == nullptr ? map : *node;
}

const YamlNode& DatasetReader::item_of(const YamlNode& map, std::string_view key, std::size_t index) const {
  const YamlNode& node = node_of(map, key);
  return index < node.items.size() ? node.items[index] : node;
}

Dataset DatasetReader::read() {
  const YamlNode& top = file_.root();
  if (top.kind != Kind::map)
    throw file_.error_at(top, fmt::format("a dataset is a map of keys, not {}", kind_name(top)))
        .hint("start with 'version: 1'");
  check_version(top);
  Dataset dataset;
  dataset.name = path_.stem().string();
  dataset.shown_path = display_path(path_, root_);
  const Options options = read_keys(dataset_section(""), top);
  dataset.table = TableName::parse(options.text("table"));
  if (options.has("key")) dataset.key = options.list("key");
  if (options.has("depends_on")) dataset.depends_on = options.list("depends_on");
  for (std::size_t i = 0; i < dataset.depends_on.size(); ++i)
    dataset.depends_on_places.push_back(file_.place(item_of(top, "depends_on", i).offset));
  const std::string& conflict = options.text("on_conflict");
  if (conflict == "skip") dataset.on_conflict = OnConflict::skip;
  if (conflict == "update") dataset.on_conflict = OnConflict::update;
  for (const YamlEntry& entry : top.entries) {
    if (entry.key.text == "source") read_source(entry, dataset);
    if (entry.key.text == "columns") read_columns(entry, dataset);
    if (entry.key.text == "skip_when")
      for (const YamlNode& item : entry.value.items) dataset.skip_when.push_back(read_skip_rule(item));
    if (entry.key.text == "expect")
      for (const YamlNode& item : entry.value.items) dataset.expect.push_back(read_expectation(item));
  }
  check_dataset(top, dataset);
  return dataset;
}

/// First of all, because a file of another version may hold keys that this one does not know.
void DatasetReader::check_version(const YamlNode& top) const {
  const YamlNode* version = top.find("version");
  if (version == nullptr)
    throw file_.error_at(0, "the dataset has no version").hint("write 'version: 1' as its first line");
  if (version->kind != Kind::scalar || version->text != fmt::format("{}", dataset_version))
    throw file_.error_at(*version, fmt::format("version '{}' of the dataset is not known", version->text))
        .hint("write 'version: 1'");
}

/// The options of a map, defaults included. Every key of it must be known; sections are left to their
/// readers.
Options DatasetReader::read_keys(const DatasetSection& section, const YamlNode& map) const {
  const std::vector<std::string_view> known = known_keys(section);
  Options options;
  for (const YamlEntry& entry : map.entries) {
    const std::string& name = entry.key.text;
    if (const OptionSpec* spec = find_spec(section, name)) {
      options.set(name, read_value(*spec, entry));
      continue;
    }
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw file_
          .error_at(entry.key, section.name.empty()
                                   ? fmt::format("unknown key '{}'", name)
                                   : fmt::format("unknown key '{}' in {}", name, section.name))
          .hint(suggest(name, known));
    const bool list = name != value_map_key && dataset_section(name).kind == DatasetSectionKind::list;
    const Kind wanted = list ? Kind::list : Kind::map;
    if (entry.value.kind != wanted)
      throw file_
          .error_at(shown_node(entry), fmt::format("'{}' wants a {}, not {}", name, list ? "list" : "map",
                                                   kind_name(entry.value)))
          .hint(list ? "start each item with '- '" : "write 'key: value' lines below it");
  }
  for (const OptionSpec& spec : section.keys)
    if (spec.required && !options.has(spec.name))
      throw file_
          .error_at(map, section.name.empty() ? fmt::format("the dataset has no '{}'", spec.name)
                                              : fmt::format("{} has no '{}'", section.name, spec.name))
          .hint(fmt::format("add '{}': {}", spec.name, spec.help));
  add_defaults(section.keys, options);
  return options;
}

OptionValue DatasetReader::read_value(const OptionSpec& spec, const YamlEntry& entry) const {
  const YamlNode& value = entry.value;
  if (value.kind == Kind::null)
    throw file_.error_at(entry.key, fmt::format("'{}' has no value", spec.name))
        .hint("write a value, or leave the line out");
  if (value.kind == Kind::map)
    throw file_.error_at(value, fmt::format("'{}' wants {}, not a map", spec.name, to_string(spec.type)))
        .hint("write one value; put quotes around it when it starts with '{'");
  const bool is_list = value.kind == Kind::list;
  std::vector<std::string> items;
  for (const YamlNode& item : is_list ? value.items : std::vector<YamlNode>{value}) {
    if (item.kind != Kind::scalar)
      throw file_
          .error_at(item, fmt::format("'{}' holds {} where a text is wanted", spec.name, kind_name(item)))
          .hint("write one value, in quotes when it holds special characters");
    if (std::find(items.begin(), items.end(), item.text) != items.end() && spec.name != "from")
      throw file_.error_at(item, fmt::format("'{}' lists '{}' twice", spec.name, item.text)).hint("keep one");
    items.push_back(item.text);
  }
  if (is_list && items.empty())
    throw file_.error_at(value, fmt::format("'{}' is an empty list", spec.name))
        .hint("write a value, or leave the line out");
  try {
    return parse_option(spec, items, is_list || spec.type == OptionType::text_list);
  } catch (Error& problem) {
    throw problem.at(file_.place(value.offset));
  }
}

void DatasetReader::read_source(const YamlEntry& entry, Dataset& dataset) const {
  const Options options = read_keys(dataset_section("source"), entry.value);
  dataset.csv = (path_.parent_path() / options.text("file")).lexically_normal();
  dataset.shown_csv = display_path(dataset.csv, root_);
  dataset.encoding = options.text("encoding");
  dataset.encoding_place = file_.place(node_of(entry.value, "encoding").offset);
  if (options.has("unused")) dataset.unused = options.list("unused");
  const std::string& delimiter = options.text("delimiter");
  if (delimiter.size() != 1 || std::string_view("\"\r\n\0", 4).find(delimiter) != std::string_view::npos)
    throw file_.error_at(node_of(entry.value, "delimiter"), fmt::format("'{}' is no delimiter", delimiter))
        .hint("write one character, such as \";\" or \"\\t\"");
  dataset.delimiter = delimiter.front();
  if (!std::filesystem::is_regular_file(dataset.csv))
    throw file_
        .error_at(node_of(entry.value, "file"), fmt::format("there is no file '{}'", dataset.shown_csv))
        .hint("correct the path; it is relative to this file");
}

void DatasetReader::read_columns(const YamlEntry& entry, Dataset& dataset) const {
  for (const YamlEntry& column : entry.value.entries) dataset.columns.push_back(read_column(column));
}

static FieldType field_type(std::string_view word) {
  if (word == "trim") return FieldType::trim;
  if (word == "number") return FieldType::number;
  if (word == "date") return FieldType::date;
  return FieldType::text;
}

DatasetColumn DatasetReader::read_column(const YamlEntry& entry) const {
  DatasetColumn column;
  column.name = entry.key.text;
  column.place = file_.place(entry.key.offset);
  if (entry.value.kind == Kind::scalar && !entry.value.text.empty()) {
    column.from = {entry.value.text};  // company_name: nama_perusahaan
    return column;
  }
  if (entry.value.kind != Kind::map)
    throw file_
        .error_at(shown_node(entry),
                  fmt::format("column '{}' wants a map, not {}", column.name, kind_name(entry.value)))
        .hint(fmt::format("write '{}: {{ from: CSV column }}'", column.name));
  const Options options = read_keys(dataset_section("columns"), entry.value);
  column.as = field_type(options.text("as"));
  column.required = options.boolean("required");
  column.encrypt = options.has("encrypt");
  column.days_between = options.has("days_between");
  if (options.has("null_if")) column.null_if = options.list("null_if");
  if (options.has("decimals")) column.decimals = static_cast<int>(options.integer("decimals"));
  if (options.has("else")) column.otherwise = options.text("else");
  if (options.has("const")) column.constant = options.text("const");
  if (options.has("from")) column.from = options.list("from");
  if (column.days_between) column.from = options.list("days_between");
  if (column.from.empty() && !column.constant) column.from = {column.name};
  try {
    column.format = DateFormat{options.text("format")};
  } catch (Error& problem) {
    throw problem.at(file_.place(node_of(entry.value, "format").offset));
  }
  for (const YamlEntry& part : entry.value.entries) {
    if (part.key.text == value_map_key) read_map(part, column);
    if (part.key.text == "lookup") read_lookup(part, column);
  }
  check_column(entry.value, options, column);
  return column;
}

void DatasetReader::read_map(const YamlEntry& entry, DatasetColumn& column) const {
  if (entry.value.entries.empty())
    throw file_.error_at(entry.value, "'map' is empty").hint("write lines such as 'Lunas: PAID' below it");
  for (const YamlEntry& pair : entry.value.entries) {
    if (pair.value.kind != Kind::scalar)
      throw file_
          .error_at(shown_node(pair), fmt::format("'{}' maps to {}", pair.key.text, kind_name(pair.value)))
          .hint("write one text, \"\" for an empty one");
    column.map.emplace_back(pair.key.text, pair.value.text);
  }
}

void DatasetReader::read_lookup(const YamlEntry& entry, DatasetColumn& column) const {
  const Options options = read_keys(dataset_section("lookup"), entry.value);
  column.lookup = Lookup{TableName::parse(options.text("table")), options.list("key"), options.text("id"),
                         file_.place(entry.value.offset)};
  if (column.from.size() != column.lookup->key.size())
    throw file_
        .error_at(node_of(entry.value, "key"), fmt::format("the lookup's key has {}, and 'from' names {}",
                                                           column.lookup->key.size(), column.from.size()))
        .hint("name one CSV column for each column of the key, in the same order");
}

namespace {
/// Two keys of a column that contradict each other.
struct Contradiction {
  std::string_view one;
  std::string_view other;
};
}  // namespace

static constexpr Contradiction contradictions[] = {
    {"const", "from"},      {"const", "as"},         {"const", "null_if"},        {"const", "required"},
    {"const", "map"},       {"const", "lookup"},     {"const", "days_between"},   {"lookup", "map"},
    {"lookup", "as"},       {"lookup", "encrypt"},   {"lookup", "days_between"},  {"days_between", "from"},
    {"days_between", "as"}, {"days_between", "map"}, {"days_between", "encrypt"},
};

void DatasetReader::check_column(const YamlNode& node, const Options& options,
                                 const DatasetColumn& column) const {
  for (const auto& [one, other] : contradictions)
    if (node.find(one) != nullptr && node.find(other) != nullptr)
      throw file_.error_at(*node.find(other), fmt::format("'{}' and '{}' do not go together", one, other))
          .hint("keep one of them");
  const auto only_with = [&](std::string_view key, bool allowed, std::string_view what) {
    if (node.find(key) != nullptr && !allowed)
      throw file_.error_at(*node.find(key), fmt::format("'{}' without {}", key, what))
          .hint(fmt::format("add {}, or leave '{}' out", what, key));
  };
  only_with("else", !column.map.empty(), "'map'");
  only_with("decimals", options.text("as") == "number", "'as: number'");
  only_with("format", options.text("as") == "date" || column.days_between, "'as: date'");
  if (!column.map.empty() && (column.as == FieldType::number || column.as == FieldType::date))
    throw file_.error_at(*node.find(value_map_key), "a map reads texts, not numbers or dates")
        .hint("leave 'as' out");
  if (column.days_between && column.from.size() != 2)
    throw file_.error_at(*node.find("days_between"), "'days_between' wants two CSV columns")
        .hint("write [due_date, payment_date]: the days from the first to the second");
  if (!column.lookup && !column.days_between && column.from.size() > 1)
    throw file_.error_at(node_of(node, "from"), "several CSV columns are read by a lookup only")
        .hint("name one column");
}

SkipRule DatasetReader::read_skip_rule(const YamlNode& node) const {
  if (node.kind != Kind::map)
    throw file_.error_at(node, fmt::format("a rule of 'skip_when' is a map, not {}", kind_name(node)))
        .hint("write '- { column: NAME, is: empty, reason: WHY }'");
  const Options options = read_keys(dataset_section("skip_when"), node);
  if (options.has("is") == options.has("in"))
    throw file_
        .error_at(node, options.has("is") ? "a rule of 'skip_when' has both 'is' and 'in'"
                                          : "a rule of 'skip_when' has neither 'is' nor 'in'")
        .hint("give exactly one of them");
  SkipRule rule{.column = options.text("column"), .reason = options.text("reason")};
  if (options.has("in")) rule.values = options.list("in");
  rule.place = file_.place(node_of(node, "column").offset);
  return rule;
}

}  // namespace runner
