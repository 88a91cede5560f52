#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// What `runner log` knows: entries of the ledger, newest first.
struct LogReport {
  struct Entry {
    std::int64_t id = 0;
    std::string finished{};  ///< UTC, "2026-03-09T06:00:00Z"
    std::string started{};
    std::string action{};  ///< "apply", "rollback", "repair"
    std::string version{};
    std::string name{};
    std::string outcome{};
    std::string batch{};
    std::string actor{};
    std::optional<std::string> commit{};
    std::optional<std::string> pipeline{};
    std::optional<std::string> job{};
    std::string runner_version{};
    std::optional<std::string> digest{};
    std::optional<std::string> rollback_digest{};
    std::optional<std::string> proof{};
    std::optional<std::string> restore_point{};
    std::int64_t duration_ms = 0;
    std::int64_t lock_wait_ms = 0;
    std::int64_t retries = 0;
  };
  std::string database{};  ///< "history of app on db:5432"
  bool ledger = false;     ///< false: this database has none
  std::string version{};   ///< the one that was asked for; empty: any
  std::vector<Entry> entries{};
};

/// For people: what one batch did, together, at most 80 columns wide, long names are cut. Of one version, all
/// that is known.
std::string log_lines(const LogReport& report);

/// For programs. Fields are only added while "format" stays 1:
///
///   format     1
///   database   for people
///   ledger     whether the database has one
///   entries[]  newest first: id, started, finished (UTC), action (apply | rollback | repair), version, name,
///              outcome (done; of a repair applied | reverted), batch, actor, commit, pipeline, job,
///              runner_version, digest, rollback_digest, proof, restore_point (or null), duration_ms,
///              lock_wait_ms, retries
std::string log_json(const LogReport& report);

}  // namespace runner
