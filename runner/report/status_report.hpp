#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Where a migration stands.
enum class MigrationState { applied, edited, pending, out_of_order, missing };
std::string_view to_string(MigrationState state);  ///< "applied", "out of order"

/// What `runner status` knows, in the order of versions.
struct StatusReport {
  struct Row {
    std::string version{};
    std::string name{};
    MigrationState state = MigrationState::pending;
    std::string path{};      ///< "" when missing
    std::string rollback{};  ///< "" without one
    /// What the ledger says of an applied version; "" where it says nothing.
    std::string applied_at{};  ///< UTC, "2026-03-09T06:00:00Z"
    std::string applied_by{};
    std::string batch{};
  };
  /// A file that cannot be used as it is.
  struct Problem {
    std::string path{};
    std::string message{};
    std::string remedy{};
  };
  std::string source{};         ///< target | base_commit | nothing
  std::string compared_with{};  ///< for people
  bool content_checked = false;
  bool ledger = false;  ///< the database has one
  std::vector<Row> rows{};
  std::vector<Problem> problems{};

  std::size_t count(MigrationState state) const;
};

/// For people: at most 80 columns wide, long names are cut.
std::string status_table(const StatusReport& report);

/// For programs. Fields are only added while "format" stays 1:
///
///   format           1
///   source           where "applied" came from: target | base_commit | nothing
///   compared_with    the same for people
///   content_checked  whether "edited" was looked for
///   counts           applied, edited, pending, out_of_order, missing: how many of each
///   migrations[]     by version: version, name, state (applied | edited | pending | out_of_order | missing),
///                    path and rollback (relative to the repository root, or null); applied_at (UTC),
///                    applied_by and batch, or null where the ledger says nothing
///   problems[]       files that cannot be used as they are: path, message, remedy (or null)
std::string status_json(const StatusReport& report);

}  // namespace runner
