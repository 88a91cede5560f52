#include "runner/report/status_report.hpp"

#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

static constexpr std::array states{MigrationState::applied, MigrationState::edited, MigrationState::pending,
                                   MigrationState::out_of_order, MigrationState::missing};
static constexpr std::size_t table_width_chars = 80;
static constexpr std::size_t shown_problems = 10;

std::string_view to_string(MigrationState state) {
  switch (state) {
    case MigrationState::applied:
      return "applied";
    case MigrationState::edited:
      return "edited";
    case MigrationState::pending:
      return "pending";
    case MigrationState::out_of_order:
      return "out of order";
    case MigrationState::missing:
      return "missing";
  }
  return "pending";
}

std::size_t StatusReport::count(MigrationState state) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.state == state; }));
}

// --- the table

static std::size_t length_chars(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// One line, cut or filled up to `width` characters.
static std::string fitted(std::string_view text, std::size_t width_chars) {
  std::string line(text);
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!plain) {
    line = clean_text(line);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  }
  const std::size_t length = plain ? line.size() : length_chars(line);
  if (length > width_chars) return line.substr(0, byte_offset(line, width_chars - 3 + 1)) + "...";
  return line.append(width_chars - length, ' ');
}

/// Where the version is known: what the state is made of, in plain words.
static std::string_view place_of(const StatusReport& report, MigrationState state) {
  const bool database = report.source == "target";
  switch (state) {
    case MigrationState::applied:
    case MigrationState::edited:
      return database ? "file, database" : "file, base";
    case MigrationState::missing:
      return database ? "database" : "base";
    case MigrationState::pending:
    case MigrationState::out_of_order:
      return "file";
  }
  return "file";
}

static std::string table_lines(const StatusReport& report) {
  std::size_t version_width = std::string_view("VERSION").size();
  std::size_t name_width = std::string_view("NAME").size();
  for (const StatusReport::Row& row : report.rows) {
    version_width = std::max(version_width, length_chars(row.version));
    name_width = std::max(name_width, length_chars(row.name));
  }
  // A history may hold anything for a version.
  version_width = std::min(version_width, std::size_t{20});
  static constexpr std::size_t state_width = std::string_view("out of order").size();
  static constexpr std::size_t place_width = std::string_view("file, database").size();
  name_width = std::min(name_width, table_width_chars - version_width - state_width - place_width - 6);
  const auto line = [&](std::string_view version, std::string_view name, std::string_view state,
                        std::string_view place) {
    return fmt::format("{}  {}  {}  {}\n", fitted(version, version_width), fitted(name, name_width),
                       fitted(state, state_width), place);
  };
  std::string text = line("VERSION", "NAME", "STATE", "LIES IN");
  for (const StatusReport::Row& row : report.rows)
    text += line(row.version, row.name, to_string(row.state), place_of(report, row.state));
  return text;
}

static std::string problem_lines(const StatusReport& report) {
  std::string text;
  for (std::size_t i = 0; i < std::min(report.problems.size(), shown_problems); ++i)
    text += fmt::format("{}: {}\n", shown_text(report.problems[i].path), report.problems[i].message);
  if (report.problems.size() > shown_problems)
    text += fmt::format("... and {} more: see --format json\n", report.problems.size() - shown_problems);
  return text.empty() ? "" : "\n" + text;
}

std::string status_table(const StatusReport& report) {
  // "nothing" says in its own words what that means.
  std::string text = report.source == "nothing" ? "" : "compared with ";
  text += report.compared_with + "\n";
  if (!report.rows.empty()) text += "\n" + table_lines(report);
  std::string counts;
  for (const MigrationState state : states)
    if (const std::size_t n = report.count(state); n > 0)
      counts += fmt::format("{}{} {}", counts.empty() ? ": " : ", ", n, to_string(state));
  text += fmt::format("\n{}{}\n", count_of(report.rows.size(), "migration"), counts) + problem_lines(report);
  return shown_text(text);
}

// --- JSON

using Json = nlohmann::ordered_json;

static std::string word(MigrationState state) {
  std::string text(to_string(state));
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

static Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(shown_text(text));
}

std::string status_json(const StatusReport& report) {
  Json json{{"format", 1},
            {"source", report.source},
            {"compared_with", shown_text(report.compared_with)},
            {"content_checked", report.content_checked}};
  for (const MigrationState state : states) json["counts"][word(state)] = report.count(state);
  json["migrations"] = Json::array();
  for (const StatusReport::Row& row : report.rows)
    json["migrations"].push_back({{"version", shown_text(row.version)},
                                  {"name", shown_text(row.name)},
                                  {"state", word(row.state)},
                                  {"path", or_null(row.path)},
                                  {"rollback", or_null(row.rollback)}});
  json["problems"] = Json::array();
  for (const StatusReport::Problem& problem : report.problems)
    json["problems"].push_back({{"path", or_null(problem.path)},
                                {"message", shown_text(problem.message)},
                                {"remedy", or_null(problem.remedy)}});
  return json.dump(2) + "\n";
}

}  // namespace runner
