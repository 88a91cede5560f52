#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/migration.hpp"
#include "runner/postgres/session.hpp"
#include "stages/round_trip/workplace.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A file's text, read once for all the times that it is executed.
struct SqlFile {
  std::string sql{};
  std::string shown_path{};
  std::string label{};  ///< of the migration
};

std::vector<SqlFile> up_files(std::span<const Migration> unit);
/// Newest first. Each migration has a rollback.
std::vector<SqlFile> down_files(std::span<const Migration> unit, const std::filesystem::path& root);
std::vector<std::string_view> texts_of(const std::vector<SqlFile>& files);

/// How something wrong is called, and how it is said.
struct Complaint {
  std::string_view rule{};
  Severity severity = Severity::error;
  std::string_view said{};  ///< put before what was seen
  std::string_view remedy{};
};

/// What the server said to a file.
struct RefusedFile {
  Finding finding{};  ///< with the place
  std::string sqlstate{};
};

/// Executes a file in one round trip, and writes `row` in the same transaction. `timeout`: a statement that
/// limits the time. False when it was refused or cannot be done so: then nothing is kept.
bool execute_at_once(const SqlFile& file, Session& session, std::string_view timeout,
                     const SqlCall* row = nullptr);

/// Executes files one after the other, on a new session with the rights that migrations have.
/// Returns what was refused, if anything.
std::optional<RefusedFile> execute_files(const std::vector<SqlFile>& files, Workplace& place,
                                         std::chrono::milliseconds statement_timeout);

/// The finding of what was refused, by a complaint's words.
Finding finding_of(const RefusedFile& refused, const Complaint& complaint);

}  // namespace runner
