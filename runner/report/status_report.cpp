#include "runner/report/status_report.hpp"

#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"
#include "runner/report/text_column.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

static constexpr std::array states{MigrationState::applied, MigrationState::edited, MigrationState::pending,
                                   MigrationState::out_of_order, MigrationState::missing};
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

/// "2026-03-09T06:00:00Z" → "2026-03-09 06:00"
static std::string minute_of(std::string time) {
  std::replace(time.begin(), time.end(), 'T', ' ');
  return time.substr(0, 16);
}

/// Where there is a ledger, it says more than where a migration lies, which the state implies.
static std::string table_lines(const StatusReport& report) {
  static const std::vector<Column> columns{
      {.most_chars = 20}, {.most_chars = 255, .gives_way = true}, {}, {}, {.most_chars = 18}};
  std::vector<std::vector<std::string>> rows{{"VERSION", "NAME", "STATE"}};
  if (report.ledger)
    rows[0].insert(rows[0].end(), {"APPLIED (UTC)", "BY"});
  else
    rows[0].emplace_back("LIES IN");
  for (const StatusReport::Row& row : report.rows) {
    auto& cells = rows.emplace_back(std::vector{row.version, row.name, std::string(to_string(row.state))});
    if (report.ledger)
      cells.insert(cells.end(), {minute_of(row.applied_at), row.applied_by});
    else
      cells.emplace_back(place_of(report, row.state));
  }
  std::string text;
  for (const std::string& line : in_columns(rows, columns)) text += line + "\n";
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
                                  {"rollback", or_null(row.rollback)},
                                  {"applied_at", or_null(row.applied_at)},
                                  {"applied_by", or_null(row.applied_by)},
                                  {"batch", or_null(row.batch)}});
  json["problems"] = Json::array();
  for (const StatusReport::Problem& problem : report.problems)
    json["problems"].push_back({{"path", or_null(problem.path)},
                                {"message", shown_text(problem.message)},
                                {"remedy", or_null(problem.remedy)}});
  return json.dump(2) + "\n";
}

}  // namespace runner
