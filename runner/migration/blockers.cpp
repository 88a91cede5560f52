#include "runner/migration/blockers.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace runner {

/// `since`: from when on a blocker's age counts.
static std::vector<Blocker> blockers_by(Session& looker, std::string_view pids, const Cell& parameter,
                                        std::string_view since) {
  const std::array<Cell, 1> parameters{parameter};
  const Rows found = looker.query(
      fmt::format("SELECT b.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), "
                  "coalesce(a.state, ''), greatest(0, extract(epoch FROM clock_timestamp() - "
                  "coalesce({}, clock_timestamp())))::bigint, coalesce(a.query, '') "
                  "FROM ({}) AS b (pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid ORDER BY b.pid",
                  since, pids),
      "look for who holds the locks", parameters);
  std::vector<Blocker> blockers;
  for (const std::vector<Cell>& cells : found.rows)
    blockers.push_back({.pid = std::stoi(cells.at(0).value_or("0")),
                        .user = cells.at(1).value_or(""),
                        .application = cells.at(2).value_or(""),
                        .state = cells.at(3).value_or(""),
                        .age = std::chrono::seconds(std::stoll(cells.at(4).value_or("0"))),
                        .query = normalized(cells.at(5).value_or(""))});
  return blockers;
}

std::vector<Blocker> blockers_of(Session& looker, int pid) {
  return blockers_by(looker, "SELECT DISTINCT unnest(pg_blocking_pids($1::int))", std::to_string(pid),
                     "coalesce(a.xact_start, a.query_start, a.backend_start)");
}

std::vector<Blocker> holders_of(Session& looker, std::int64_t key) {
  std::vector<Blocker> holders =
      blockers_by(looker,
                  "SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted "
                  "AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = "
                  "current_database()) AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint",
                  std::to_string(key), "a.backend_start");
  // Whether it is between two statements, and what its last one was, says nothing about its work.
  for (Blocker& holder : holders) {
    holder.state.clear();
    holder.query.clear();
  }
  return holders;
}

std::string shown(const Blocker& blocker) {
  static constexpr std::size_t most_bytes = 200;
  if (blocker.pid == 0) return "a prepared transaction (see pg_prepared_xacts)";
  std::string query(trimmed(clean_text(blocker.query)));
  std::replace(query.begin(), query.end(), '\n', ' ');
  if (query.size() > most_bytes) {
    query.resize(most_bytes);
    query = clean_text(query) + "…";
  }
  std::string text = fmt::format("pid {} (user {}", blocker.pid, blocker.user);
  if (!blocker.application.empty()) text += fmt::format(", application {}", clean_text(blocker.application));
  text += fmt::format(", {} for {})", blocker.state.empty() ? "at work" : blocker.state,
                      blocker.age.count() == 0 ? "less than 1 s" : for_people(blocker.age));
  return query.empty() ? text : text + ": " + query;
}

std::string shown(const std::vector<Blocker>& blockers) {
  std::string text;
  for (const Blocker& blocker : blockers) text += (text.empty() ? "" : "; ") + shown(blocker);
  return text;
}

// --- watching

static constexpr std::chrono::milliseconds soon{3};
static constexpr std::chrono::milliseconds later{50};
static constexpr std::chrono::milliseconds longest_pause{500};

void TargetWatch::begin_try(bool eager) {
  eager_ = eager;
  pause_ = first_look();
  held_since_.reset();
  held_too_long_.clear();
}

std::chrono::milliseconds TargetWatch::first_look() const {
  return eager_ ? soon : later;
}

void TargetWatch::look_at_blockers() {
  std::vector<Blocker> found = blockers_of(*looker_, watched_.backend_pid());
  if (found.empty()) return;
  blockers_ = std::move(found);
  std::string pids;
  for (const Blocker& blocker : blockers_) pids += fmt::format("{} ", blocker.pid);
  if (std::exchange(told_, pids) != pids) reporter_.say(fmt::format("  waits for {}", shown(blockers_)));
}

/// Relations that this session can see existed before: locks on those that the watched transaction made
/// itself disturb nobody. SHARE and stronger keep writers out.
void TargetWatch::look_at_locks(Session& waiting) {
  const std::array<Cell, 1> parameters{std::to_string(watched_.backend_pid())};
  const Rows found = looker_->query(
      "SELECT string_agg(DISTINCT c.oid::regclass::text, ', ') FROM pg_locks l JOIN pg_class c "
      "ON c.oid = l.relation WHERE l.pid = $1::int AND l.granted AND l.locktype = 'relation' "
      "AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') "
      "AND c.relkind IN ('r', 'p', 'm', 'f') AND c.relnamespace <> 'pg_catalog'::regnamespace",
      "look at the locks that are held", parameters);
  const Cell held = found.rows.at(0).at(0);
  const auto now = std::chrono::steady_clock::now();
  if (!held) {
    held_since_.reset();
    return;
  }
  if (!held_since_) held_since_ = now;
  if (now - *held_since_ < max_lock_hold_) return;
  held_too_long_ = *held;
  waiting.cancel();
}

void TargetWatch::look_at_index() {
  const std::array<Cell, 1> parameters{std::to_string(watched_.backend_pid())};
  const Rows found = looker_->query(
      "SELECT phase, greatest(blocks_done, tuples_done, lockers_done), "
      "greatest(blocks_total, tuples_total, lockers_total) FROM pg_stat_progress_create_index WHERE pid = "
      "$1::int",
      "look at the index that is built", parameters);
  if (found.rows.empty()) return;
  const std::vector<Cell>& cells = found.rows[0];
  const auto number = [](const Cell& cell) {
    return static_cast<std::size_t>(std::stoull(cell.value_or("0")));
  };
  reporter_.progress(number(cells.at(1)), number(cells.at(2)), "index: " + cells.at(0).value_or(""));
}

std::chrono::milliseconds TargetWatch::look(Session& waiting) {
  if (cannot_look_) return longest_pause;
  try {
    if (!looker_) {
      SessionSettings settings;
      settings.read_only = true;
      settings.application_name = "runner (looks on)";
      settings.connect_timeout = std::chrono::seconds(3);
      looker_ = Session::connect(watched_.url(), settings, nullptr);
      looker_->query("SET statement_timeout = '2s'", "limit the time of a look");
    }
    look_at_blockers();
    look_at_locks(waiting);
    if (pause_ > later) look_at_index();
  } catch (const Error& error) {
    // Without a second connection the work goes on; only nobody can be named and no lock be capped.
    cannot_look_ = true;
    reporter_.warn(fmt::format("cannot look at the locks from a second connection: {}", error.message()));
  }
  // No pause may overshoot the cap by much.
  pause_ = std::min({pause_ * 2, longest_pause, std::max(max_lock_hold_ / 4, soon)});
  return pause_;
}

}  // namespace runner
