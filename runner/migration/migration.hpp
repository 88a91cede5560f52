#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A migration file and its rollback. The SQL is read when it is needed, so that thousands of files
/// cost no memory.
struct Migration {
  std::string version{};  ///< 1 to 20 digits, as written
  std::string name{};
  std::string path{};                     ///< a string, because a path object keeps each of its parts apart
  std::string shown_path{};               ///< relative to the repository root, for messages and reports
  std::optional<std::string> rollback{};  ///< path

  /// "<version>_<name>"
  std::string label() const { return version + "_" + name; }
  /// The last part of `path`.
  std::string file_name() const { return path.substr(path.rfind('/') + 1); }
  /// Throws: Error{environment} naming the file.
  std::string read_sql() const;
};

/// A file in one of the two folders that cannot be used as it is.
struct FolderProblem {
  enum class Kind {
    bad_name,               ///< looks like SQL, but its name does not match: nobody would ever run it
    ignored_file,           ///< a README, a .gitkeep
    undecodable_name,       ///< matches, but is not UTF-8: the history cannot hold it
    empty_name,             ///< "123_.sql": usable
    long_version,           ///< 21 digits and more
    duplicate_version,      ///< told once a version
    unreadable,             ///< no permission; still one of `migrations`; told by find_unreadable
    not_a_file,             ///< a folder, a dangling link, a pipe named like a migration
    rollback_as_migration,  ///< "123_x.down.sql" among the migrations: Supabase would apply it
    misnamed_rollback,
    orphaned_rollback,
    version_order,  ///< order as strings is not the order as numbers
  };
  Kind kind;
  std::string shown_path{};
  std::string version{};  ///< where the name has one
  std::string message{};
  std::string remedy{};
};

/// What lies in the folders of migrations and rollbacks. Versions are ordered as strings, as Supabase does.
/// Source: supabase/cli, pkg/migration/list.go.
struct MigrationFolder {
  std::vector<Migration> migrations{};  ///< by version; of duplicates, all
  std::vector<FolderProblem> problems{};
  std::string shown_path{};       ///< "migrations"
  std::string shown_rollbacks{};  ///< "rollbacks"
};

/// Lists both folders, not their subfolders. A missing migrations folder is Error{usage}; a missing
/// rollbacks folder means no rollbacks.
/// Throws: Error{usage}, also when both are the same folder; Error{environment} when one cannot be read.
MigrationFolder read_folder(const std::filesystem::path& migrations, const std::filesystem::path& rollbacks,
                            const std::filesystem::path& root);

/// Adds a problem for each file that may not be read. Apart from read_folder because it costs a system call
/// a file.
void find_unreadable(MigrationFolder& folder);

/// The parts of a migration's file name; of any number of digits.
struct MigrationFileName {
  std::string version{};
  std::string name{};
};

/// Nothing unless it matches ^([0-9]+)_(.*)\.sql$.
/// Source: supabase/cli, pkg/migration/file.go, migrateFilePattern.
std::optional<MigrationFileName> parse_file_name(std::string_view file_name);

/// The same for "<version>_<name>".
std::optional<MigrationFileName> parse_label(std::string_view label);

inline constexpr std::size_t max_version_digits = 20;
/// True for 1 to 20 digits.
bool is_version(std::string_view text);

/// Returns what a person or a variable gave as a version. `from` says where it stands, as in "'to' of step
/// 'rollback'"; empty for an argument of the command line.
/// Throws: Error{usage} when it is none, which shows little of it, and nothing that steers a terminal.
const std::string& checked_version(const std::string& text, std::string_view from = {});

}  // namespace runner
