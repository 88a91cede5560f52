#include "runner/seed/coverage.hpp"

#include "runner/core/text.hpp"
#include "runner/sql/written_name.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::size_t bar_places = 40;

std::uint64_t Distribution::rows() const {
  std::uint64_t sum = 0;
  for (const Group& group : groups) sum = std::accumulate(group.rows.begin(), group.rows.end(), sum);
  return sum;
}

std::string Distribution::title() const {
  std::string text = fmt::format("{}: {}", dataset->name, expectation->column);
  if (!expectation->by.empty()) text += fmt::format(" by {}", fmt::join(expectation->by, "."));
  return text;
}

static std::string condition_of(const ValueClass& one, const std::string& column) {
  if (!one.is_range()) return fmt::format("{}::text = {}", column, written_literal(one.shown));
  std::vector<std::string> parts;
  const auto add = [&](std::string_view comparison, const std::string& number) {
    if (!number.empty()) parts.push_back(fmt::format("{} {} {}", column, comparison, number));
  };
  add(">", one.above);
  add("<", one.below);
  add(">=", one.at_least);
  add("<=", one.at_most);
  return fmt::format("{}", fmt::join(parts, " AND "));
}

/// The number of the class that a row is in; one more than the last for none.
static std::string class_of(const Expectation& expectation) {
  const std::string column = "t." + written_name(expectation.column);
  std::string sql = "CASE";
  for (std::size_t i = 0; i < expectation.covers.size(); ++i)
    sql += fmt::format(" WHEN {} THEN {}", condition_of(expectation.covers[i], column), i);
  return sql + fmt::format(" ELSE {} END", expectation.covers.size());
}

static std::string query_of(const DatasetFolder& folder, const Dataset& dataset,
                            const Expectation& expectation) {
  std::string joins;
  std::string at = "t";
  const std::vector<JoinStep> way = folder.way_of(dataset, expectation);
  for (std::size_t i = 0; i < way.size(); ++i) {
    const std::string next = fmt::format("j{}", i);
    joins += fmt::format(" LEFT JOIN {} AS {} ON {}.{} = {}.{}", way[i].table.written(), next, next,
                         written_name(way[i].id), at, written_name(way[i].column));
    at = next;
  }
  const std::string group = expectation.by.empty() ? "''"
                                                   : fmt::format("coalesce({}.{}::text, '(none)')", at,
                                                                 written_name(expectation.by.back()));
  return fmt::format("SELECT {}, {}, count(*) FROM {} AS t{} GROUP BY 1, 2 ORDER BY 1, 2", group,
                     class_of(expectation), dataset.table.written(), joins);
}

static Distribution::Group& group_named(Distribution& distribution, const std::string& name) {
  for (Distribution::Group& group : distribution.groups)
    if (group.name == name) return group;
  distribution.groups.push_back({name, std::vector<std::uint64_t>(distribution.classes.size())});
  return distribution.groups.back();
}

Distribution measure(Session& session, const DatasetFolder& folder, const Dataset& dataset,
                     const Expectation& expectation) {
  Distribution result{.dataset = &dataset, .expectation = &expectation};
  for (const ValueClass& one : expectation.covers) result.classes.push_back(one.shown);
  result.classes.emplace_back("other");
  for (const std::string& name : expectation.by_covers) group_named(result, name);
  if (expectation.by.empty()) group_named(result, "");
  const Rows rows = session.query(query_of(folder, dataset, expectation),
                                  fmt::format("count the classes of {}", result.title()));
  for (const auto& row : rows.rows)
    group_named(result, row[0].value_or("")).rows.at(std::stoul(*row[1])) = std::stoull(*row[2]);
  const bool all_fit = std::all_of(result.groups.begin(), result.groups.end(),
                                   [](const auto& group) { return group.rows.back() == 0; });
  if (!all_fit) return result;
  result.classes.pop_back();
  for (Distribution::Group& group : result.groups) group.rows.pop_back();
  return result;
}

Findings missing_classes(const Distribution& distribution) {
  const Expectation& expectation = *distribution.expectation;
  Findings findings;
  const auto add = [&](std::string message) {
    findings.push_back({.rule = "class-missing",
                        .place = expectation.place,
                        .subject = distribution.dataset->name,
                        .message = std::move(message),
                        .remedy = "Add rows of that class to the data, or take it out of the expectation."});
  };
  const std::string table = distribution.dataset->table.shown();
  const bool each = !expectation.by_covers.empty();
  for (std::size_t i = 0; i < expectation.covers.size(); ++i) {
    const std::string& name = expectation.covers[i].shown;
    std::uint64_t sum = 0;
    for (const Distribution::Group& group : distribution.groups) {
      sum += group.rows[i];
      const auto& wanted = expectation.by_covers;
      if (std::find(wanted.begin(), wanted.end(), group.name) != wanted.end() && group.rows[i] == 0)
        add(fmt::format("no row of {} has {} {} with {} {}", table, expectation.column, name,
                        expectation.by.back(), group.name));
    }
    if (!each && sum == 0) add(fmt::format("no row of {} has {} {}", table, expectation.column, name));
  }
  return findings;
}

// --- For people --------------------------------------------------------------------------------------------

static std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

static std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

static std::string table_of(const Distribution& distribution) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < distribution.classes.size(); ++i) {
    widths.push_back(width_of(distribution.classes[i]));
    for (const auto& group : distribution.groups)
      widths.back() = std::max(widths.back(), fmt::format("{}", group.rows[i]).size());
  }
  std::size_t names = 0;
  for (const auto& group : distribution.groups) names = std::max(names, width_of(group.name));
  std::string text = "  " + std::string(names, ' ');
  for (std::size_t i = 0; i < widths.size(); ++i)
    text += "  " + padded(distribution.classes[i], widths[i], true);
  text += '\n';
  for (const auto& group : distribution.groups) {
    text += "  " + padded(group.name, names, false);
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += "  " + padded(fmt::format("{}", group.rows[i]), widths[i], true);
    text += '\n';
  }
  return text;
}

static std::string histogram_of(const Distribution& distribution) {
  std::vector<std::uint64_t> sums(distribution.classes.size());
  for (const auto& group : distribution.groups)
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += group.rows[i];
  const std::uint64_t most = std::max<std::uint64_t>(*std::max_element(sums.begin(), sums.end()), 1);
  std::size_t names = 0;
  for (const std::string& name : distribution.classes) names = std::max(names, width_of(name));
  std::string text;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    // The smallest class that has rows gets a place, so that it can be told from an empty one.
    const std::size_t places = sums[i] == 0 ? 0 : std::max<std::size_t>(sums[i] * bar_places / most, 1);
    text += fmt::format("  {} |{} {}\n", padded(distribution.classes[i], names, false),
                        std::string(places, '#'), sums[i]);
  }
  return text;
}

std::string shown(const Distribution& distribution) {
  std::string text = fmt::format("{} ({})\n", distribution.title(), count_of(distribution.rows(), "row"));
  if (!distribution.expectation->by.empty()) text += table_of(distribution);
  return text + histogram_of(distribution);
}

}  // namespace runner
