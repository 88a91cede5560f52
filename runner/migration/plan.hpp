#pragma once

#include "runner/migration/base.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/migration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runner {

/// What is applied and what is pending, made once before the first step, read-only for handlers.
struct Plan {
  enum class Source { target, base_commit, nothing };
  Source source = Source::nothing;
  /// For people: "history of app on db:5432", "base commit 1a2b3c4d5e6f (merge base with origin/main)",
  /// "nothing new since origin/main: all 8 migrations are checked from an empty database".
  std::string compared_with{};

  MigrationFolder folder{};
  std::vector<HistoryRow> applied{};       ///< by version; from the history or the base commit
  std::vector<Migration> applied_files{};  ///< files of applied versions, by version
  std::vector<Migration> pending{};        ///< by version
  std::vector<HistoryRow> missing{};       ///< applied, but no file has that version
  std::vector<Migration> out_of_order{};   ///< pending, but older than the newest applied version
  std::vector<Migration> edited{};         ///< applied, but the file differs from the base or the history
  std::optional<BaseCommit> base{};
  int target_version = 0;  ///< 150018; 0 without a target
};

struct PlanInput {
  std::filesystem::path root{};
  std::filesystem::path migrations{};
  std::filesystem::path rollbacks{};
  HistoryTable history{};
  std::string base{};  ///< --base
  Session* target = nullptr;
  bool compare_content = true;  ///< fill `edited`, which reads every applied file
};

/// Throws: what read_folder, find_base and read_history throw.
Plan make_plan(const PlanInput& input, const StopSignal* stop);

/// True when the file's text is what the history says was executed: the same statements, layout, comments
/// and the way they were cut aside.
bool is_text_of(std::string_view sql, const std::vector<std::string>& statements);

}  // namespace runner
