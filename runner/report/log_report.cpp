#include "runner/report/log_report.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"
#include "runner/report/text_column.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

/// "2026-03-09T06:00:00Z" → "2026-03-09 06:00"
static std::string minute_of(std::string time) {
  std::replace(time.begin(), time.end(), 'T', ' ');
  return time.substr(0, 16);
}

static std::string label_of(const LogReport::Entry& entry) {
  return entry.name.empty() ? entry.version : entry.version + "_" + entry.name;
}

/// "rollback"; of a repair also what it said.
static std::string action_of(const LogReport::Entry& entry) {
  return entry.outcome.empty() || entry.outcome == "done" ? entry.action : entry.action + " " + entry.outcome;
}

static std::string waits_of(const LogReport::Entry& entry) {
  return fmt::format("waited {} for locks, {}", for_people(std::chrono::milliseconds(entry.lock_wait_ms)),
                     count_of(static_cast<std::size_t>(entry.retries), "retry", "retries"));
}

static std::string short_commit(const std::string& commit) {
  return commit.substr(0, 12);
}

// --- the list: what one run or pipeline did, together

static std::string header_of(const LogReport::Entry& entry) {
  std::string text = fmt::format("batch {} by {}", entry.batch, entry.actor);
  if (entry.commit) text += ", commit " + short_commit(*entry.commit);
  if (entry.pipeline) text += "\n" + *entry.pipeline;
  return text + "\n";
}

static std::string list_of(const LogReport& report) {
  static const std::vector<Column> columns{{}, {}, {.most_chars = 255, .gives_way = true}, {}, {}};
  static constexpr std::size_t indent = 2;
  std::vector<std::vector<std::string>> rows;
  for (const LogReport::Entry& entry : report.entries)
    rows.push_back({minute_of(entry.finished), action_of(entry), label_of(entry), entry.proof.value_or(""),
                    for_people(std::chrono::milliseconds(entry.duration_ms))});
  const std::vector<std::string> lines = in_columns(rows, columns, table_width_chars - indent);
  std::string text;
  std::string header;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const LogReport::Entry& entry = report.entries[i];
    if (const std::string now = header_of(entry); now != header) text += "\n" + (header = now);
    text += "  " + lines[i] + "\n";
    if (entry.retries > 0) text += "    " + waits_of(entry) + "\n";
  }
  return text;
}

// --- all that is known of each

static std::string details_of(const LogReport::Entry& entry) {
  std::string text = fmt::format("\n{} of {}\n", action_of(entry), label_of(entry));
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<14}{}\n", name, value);
  };
  line("finished", entry.finished);
  line("took", for_people(std::chrono::milliseconds(entry.duration_ms)));
  if (entry.retries > 0) line("locks", waits_of(entry));
  line("by", entry.actor);
  line("batch", entry.batch);
  line("commit", entry.commit.value_or(""));
  line("pipeline", entry.pipeline.value_or(""));
  line("job", entry.job.value_or(""));
  line("runner", entry.runner_version);
  line("proof", entry.proof.value_or(""));
  line("restore point", entry.restore_point.value_or(""));
  line("migration", entry.digest.value_or(""));
  line("rollback", entry.rollback_digest.value_or(""));
  return text;
}

std::string log_lines(const LogReport& report) {
  std::string text = report.database + "\n";
  if (!report.ledger) {
    text += "\nno ledger: nothing was applied, rolled back or repaired by runner here\n";
  } else if (report.entries.empty()) {
    text += report.version.empty() ? "\nno entries\n"
                                   : fmt::format("\nno entries about version {}\n", report.version);
  } else {
    if (report.version.empty()) text += list_of(report);
    if (!report.version.empty())
      for (const LogReport::Entry& entry : report.entries) text += details_of(entry);
    text += "\n" + count_of(report.entries.size(), "entry", "entries") + "\n";
  }
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
