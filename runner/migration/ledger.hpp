#pragma once

#include "runner/migration/history.hpp"
#include "runner/postgres/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// SQL of ours with its parameters ($1 …), for whoever sends it together with other SQL.
struct SqlCall {
  std::string sql{};
  std::vector<Cell> parameters{};
};

/// Who runs, as the ledger keeps it: read once, from GitLab's variables or the system.
struct LedgerRun {
  /// What one pipeline, or one run outside of CI, applies: "pipeline-4711", "run-20260309T060000Z-1f2e3d4c".
  /// A job that GitLab retries goes on with its pipeline's batch.
  std::string batch{};
  std::string actor{};                    ///< GITLAB_USER_LOGIN, else user@host
  std::optional<std::string> commit{};    ///< CI_COMMIT_SHA
  std::optional<std::string> pipeline{};  ///< CI_PIPELINE_URL
  std::optional<std::string> job{};       ///< CI_JOB_URL
  static LedgerRun of_environment();
};

/// A row of runner_log: something was done to a version.
struct LedgerEntry {
  std::int64_t id = 0;  ///< given by the database
  LedgerRun run{};
  std::string action{};  ///< "apply", "rollback", "repair"
  std::string version{};
  std::string name{};
  std::string runner_version{};                  ///< given by add_entry
  std::optional<std::string> digest{};           ///< SHA-256 of the migration's file
  std::optional<std::string> rollback_digest{};  ///< SHA-256 of the rollback's file
  std::optional<std::string> rollback{};         ///< its text, where the history has no column for it
  std::optional<std::string> proof{};
  std::optional<std::string> restore_point{};  ///< "runner_<version> at 0/16B3748"
  /// With `restore_point` as its name alone: the insert makes it, and adds where it is. Recovery that ends
  /// there keeps nothing of the transaction that inserts.
  bool makes_restore_point = false;
  std::string started{};                                ///< read only: UTC, "2026-03-09T06:00:00Z"
  std::string finished{};                               ///< likewise
  std::optional<std::chrono::milliseconds> duration{};  ///< not given: since the transaction began
  std::chrono::milliseconds lock_wait{};
  std::int64_t retries = 0;
  std::string outcome = "done";  ///< "done"; of a repair "applied" or "reverted"
};

/// What the tables look like for the role that is connected.
struct LedgerTables {
  bool rollback_column = false;  ///< the history can keep the rollbacks' texts
};

/// Makes history, ledger and their columns where they are missing. Call it while the session lock is held:
/// IF NOT EXISTS does not keep two runners from colliding.
/// Throws: what refuse_unwritable throws; Error{busy} when somebody keeps a table locked.
LedgerTables prepare_ledger(Session& session, const HistoryTable& history);

/// Changes nothing.
/// Throws: Error{environment} with the SQL to paste when the role may not make what is missing or may not
/// write what is there; Error{environment} for a standby and where transactions are read-only.
void refuse_unwritable(Session& session, const HistoryTable& history);

/// What prepare_ledger would find; nothing when something is missing.
std::optional<LedgerTables> look_at_ledger(Session& session, const HistoryTable& history);

/// Inserts an entry; RETURNING id.
SqlCall add_entry(const Session& session, const HistoryTable& history, const LedgerEntry& entry);

/// Which entries to read; empty fields: any.
struct LedgerFilter {
  std::string version{};
  std::string batch{};
  std::string action{};
  std::size_t limit = 1000;
};

/// Entries, newest first. A missing ledger means none.
/// Throws: Error{environment} when the role may not read it.
std::vector<LedgerEntry> read_ledger(Session& session, const HistoryTable& history,
                                     const LedgerFilter& filter);

/// The rollback that was saved with the version when it was applied, as SQL: the history's column, else the
/// newest ledger entry of its apply.
std::optional<std::string> read_saved_rollback(Session& session, const HistoryTable& history,
                                               const std::string& version);

/// The tables' names, quoted, for SQL.
std::string log_table(const Session& session, const HistoryTable& history);
std::string progress_table(const Session& session, const HistoryTable& history);

}  // namespace runner
