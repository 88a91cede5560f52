// The rest of the reader: expectations, and what holds between the parts of a file.
#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/seed/dataset_reader.hpp"
#include "runner/seed/field_number.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner {

using Kind = YamlNode::Kind;

Expectation DatasetReader::read_expectation(const YamlNode& node) const {
  if (node.kind != Kind::map)
    throw file_.error_at(node, fmt::format("an expectation is a map, not {}", kind_name(node)))
        .hint("write '- { column: NAME, covers: [CLASS, ...] }'");
  const Options options = read_keys(dataset_section("expect"), node);
  Expectation expectation;
  expectation.column = options.text("column");
  expectation.place = file_.place(node_of(node, "column").offset);
  for (std::size_t i = 0; i < options.list("covers").size(); ++i)
    expectation.covers.push_back(read_class(item_of(node, "covers", i)));
  if (options.has("by_covers")) {
    if (!options.has("by"))
      throw file_.error_at(*node.find("by_covers"), "'by_covers' without 'by'")
          .hint("add 'by', or leave it out");
    expectation.by_covers = options.list("by_covers");
  }
  std::string_view rest = options.text("by");
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    expectation.by.emplace_back(rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return expectation;
}

/// "<0", "<=0", ">10", ">=10", "0..10"; anything else is a value.
ValueClass DatasetReader::read_class(const YamlNode& node) const {
  ValueClass result{.shown = node.text};
  const std::string_view text = node.text;
  const auto number = [&](std::string_view digits) {
    if (problem_of_number(digits, {}))
      throw file_.error_at(node, fmt::format("class '{}': '{}' is no number", text, digits))
          .hint("write <0, <=0, 0..10, >=10, >10, or a value");
    return std::string(digits);
  };
  if (text.starts_with("<=")) {
    result.at_most = number(text.substr(2));
  } else if (text.starts_with(">=")) {
    result.at_least = number(text.substr(2));
  } else if (text.starts_with('<')) {
    result.below = number(text.substr(1));
  } else if (text.starts_with('>')) {
    result.above = number(text.substr(1));
  } else if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    result.at_least = number(text.substr(0, dots));
    result.at_most = number(text.substr(dots + 2));
  }
  return result;
}

static std::vector<std::string_view> column_names(const Dataset& dataset) {
  std::vector<std::string_view> names;
  for (const DatasetColumn& column : dataset.columns) names.push_back(column.name);
  return names;
}

void DatasetReader::check_dataset(const YamlNode& top, const Dataset& dataset) const {
  if (dataset.csv.empty())
    throw file_.error_at(0, "the dataset has no 'source'").hint("add 'source: { file: PATH }'");
  if (dataset.columns.empty())
    throw file_.error_at(0, "the dataset has no 'columns'")
        .hint("add 'columns:' with a line for each column");
  for (std::size_t i = 0; i < dataset.key.size(); ++i) {
    const DatasetColumn* column = dataset.find_column(dataset.key[i]);
    const YamlNode& node = item_of(top, "key", i);
    if (column == nullptr)
      throw file_
          .error_at(node, fmt::format("the key names '{}', which is not among 'columns'", dataset.key[i]))
          .hint(suggest(dataset.key[i], column_names(dataset)));
    if (column->encrypt)
      throw file_.error_at(node, fmt::format("the key names '{}', which is encrypted", column->name))
          .because("the same value is another text each time it is encrypted")
          .hint("choose columns that stay clear");
  }
  if (dataset.on_conflict != OnConflict::error && dataset.key.empty())
    throw file_
        .error_at(*top.find("on_conflict"),
                  fmt::format("'on_conflict: {}' wants a natural key", to_string(dataset.on_conflict)))
        .hint("add 'key: [COLUMN]'");
  check_expectations(top, dataset);
}

void DatasetReader::check_expectations(const YamlNode& top, const Dataset& dataset) const {
  for (std::size_t i = 0; i < dataset.expect.size(); ++i) {
    const YamlNode& node = node_of(top.find("expect")->items[i], "column");
    const DatasetColumn* column = dataset.find_column(dataset.expect[i].column);
    if (column == nullptr)
      throw file_
          .error_at(node, fmt::format("the expectation is about '{}', which is not among 'columns'",
                                      dataset.expect[i].column))
          .hint(suggest(dataset.expect[i].column, column_names(dataset)));
    if (column->encrypt)
      throw file_
          .error_at(node, fmt::format("the expectation is about '{}', which is encrypted", column->name))
          .hint("choose a column that stays clear");
  }
}

}  // namespace runner
