#pragma once

#include <cstdint>
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
  std::filesystem::path path{};
  std::string shown_path{};  ///< relative to the repository root, for messages and reports
  std::optional<std::filesystem::path> rollback{};

  /// "<version>_<name>"
  std::string label() const { return version + "_" + name; }
  /// Throws: Error{environment} naming the file.
  std::string read_sql() const;
};

/// A file in one of the two folders that cannot be used as it is.
struct FolderProblem {
  enum class Kind { bad_name, long_version, duplicate_version, unreadable, not_a_file, orphaned_rollback };
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
  std::string shown_path{};  ///< "migrations"
};

/// Lists both folders, not their subfolders. A missing migrations folder is Error{usage}; a missing
/// rollbacks folder means no rollbacks.
MigrationFolder read_folder(const std::filesystem::path& migrations, const std::filesystem::path& rollbacks,
                            const std::filesystem::path& root);

/// True for 1 to 20 digits.
bool is_version(std::string_view text);

}  // namespace runner
