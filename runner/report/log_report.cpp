#include "runner/report/log_report.hpp"

#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"
#include "runner/report/text_column.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

/// "2026-03-09T06:00:00Z" → "2026-03-09 06:00"
static std::string minute_of(std::string time) {
  std::replace(time.begin(), time.end(), 'T', ' ');
  return time.substr(0, 16);
}

static std::string table_of(const LogReport& report) {
  static constexpr std::size_t time_width = 16;
  static constexpr std::size_t action_width = std::string_view("rollback").size();
  static constexpr std::size_t longest_version = 20;
  static constexpr std::size_t longest_actor = 18;
  std::size_t version_width = std::string_view("VERSION").size();
  std::size_t actor_width = std::string_view("BY").size();
  for (const LogReport::Entry& entry : report.entries) {
    version_width = std::max(version_width, length_chars(entry.version));
    actor_width = std::max(actor_width, length_chars(entry.actor));
  }
  version_width = std::min(version_width, longest_version);
  actor_width = std::min(actor_width, longest_actor);
  const std::size_t name_width =
      table_width_chars - time_width - action_width - version_width - actor_width - 8;
  const auto line = [&](std::string_view time, std::string_view action, std::string_view version,
                        std::string_view name, std::string_view actor) {
    std::string text =
        fmt::format("{}  {}  {}  {}  {}", fitted(time, time_width), fitted(action, action_width),
                    fitted(version, version_width), fitted(name, name_width), fitted(actor, actor_width));
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text = line("FINISHED (UTC)", "ACTION", "VERSION", "NAME", "BY");
  for (const LogReport::Entry& entry : report.entries)
    text += line(minute_of(entry.finished), entry.action, entry.version, entry.name, entry.actor);
  return text;
}

std::string log_lines(const LogReport& report) {
  std::string text = report.database + "\n";
  if (!report.ledger)
    text += "\nno ledger: nothing was applied, rolled back or repaired by runner here\n";
  else if (report.entries.empty())
    text += "\nno entries\n";
  else
    text += "\n" + table_of(report) + "\n" + count_of(report.entries.size(), "entry", "entries") + "\n";
  return shown_text(text);
}

using Json = nlohmann::ordered_json;

static Json or_null(const std::optional<std::string>& text) {
  return text ? Json(shown_text(*text)) : Json(nullptr);
}

std::string log_json(const LogReport& report) {
  Json json{{"format", 1}, {"database", shown_text(report.database)}, {"ledger", report.ledger}};
  json["entries"] = Json::array();
  for (const LogReport::Entry& entry : report.entries)
    json["entries"].push_back({{"id", entry.id},
                               {"started", shown_text(entry.started)},
                               {"finished", shown_text(entry.finished)},
                               {"action", shown_text(entry.action)},
                               {"version", shown_text(entry.version)},
                               {"name", shown_text(entry.name)},
                               {"outcome", shown_text(entry.outcome)},
                               {"batch", shown_text(entry.batch)},
                               {"actor", shown_text(entry.actor)},
                               {"commit", or_null(entry.commit)},
                               {"pipeline", or_null(entry.pipeline)},
                               {"job", or_null(entry.job)},
                               {"runner_version", shown_text(entry.runner_version)},
                               {"digest", or_null(entry.digest)},
                               {"rollback_digest", or_null(entry.rollback_digest)},
                               {"proof", or_null(entry.proof)},
                               {"restore_point", or_null(entry.restore_point)},
                               {"duration_ms", entry.duration_ms},
                               {"lock_wait_ms", entry.lock_wait_ms},
                               {"retries", entry.retries}});
  return json.dump(2) + "\n";
}

}  // namespace runner
