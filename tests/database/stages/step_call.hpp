#pragma once

#include "runner/core/file.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/stage_handler.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace runner {

/// One call of a step, with a plan of files that it writes into a folder of its own.
struct StepCall {
  TestFolder folder{};
  QuietReporter reporter{};
  Options options{};
  Plan plan{};
  HistoryTable history{};
  std::optional<Session> target{};
  ShadowSettings shadow{.cache = test_cache()};
  StopSignal stop{};
  bool history_changed = false;
  bool stage_writes = false;
  SeedPaths seeds{};

  /// A file, executed on the target and recorded there as Supabase's CLI would.
  void applied(const std::string& version, const std::string& name, const std::string& sql) {
    pending(version, name, sql);
    Migration migration = std::move(plan.pending.back());
    plan.pending.pop_back();
    const Execution execution = execute_migration(migration, *target, {});
    if (execution.failed()) throw std::runtime_error(execution.findings.at(0).text());
    create_history(*target, history);
    HistoryRow row{.version = version, .name = name};
    for (const Statement& statement : split_statements(sql).statements)
      row.statements.emplace_back(statement.whole);
    record_applied(*target, history, row);
    plan.source = Plan::Source::target;
    plan.target_version = target->server_version();
    plan.applied.push_back({version, name, {}});
    plan.folder.migrations.push_back(migration);
    plan.applied_files.push_back(std::move(migration));
  }

  /// The last applied migration gets a rollback file.
  void rollback_file(const std::string& sql) {
    Migration& migration = plan.applied_files.back();
    plan.folder.shown_rollbacks = "rollbacks";
    std::filesystem::create_directories(folder / "rollbacks");
    migration.rollback = (folder / ("rollbacks/" + migration.label() + ".rollback.sql")).string();
    write_file(*migration.rollback, sql);
  }

  /// The plan as the executor would make it anew, after a step that wrote.
  void look_again() {
    plan.applied = read_history(*target, history);
    const auto gone = [&](const auto& one) {
      return std::none_of(plan.applied.begin(), plan.applied.end(),
                          [&](const HistoryRow& row) { return row.version == one.version; });
    };
    std::erase_if(plan.applied_files, gone);
    std::erase_if(plan.missing, gone);
  }

  /// The last applied migration's file is no longer in the checkout.
  void lose_file() {
    plan.applied_files.pop_back();
    plan.folder.migrations.pop_back();
    plan.missing.push_back(plan.applied.back());
  }

  void pending(const std::string& version, const std::string& name, const std::string& sql) {
    Migration migration{.version = version, .name = name};
    migration.path = folder / (migration.label() + ".sql");
    migration.shown_path = "migrations/" + migration.label() + ".sql";
    write_file(migration.path, sql);
    plan.pending.push_back(std::move(migration));
  }

  Outcome run(const StageHandler& handler) {
    add_defaults(handler.options, options);
    Session* looked_at = target ? &*target : nullptr;
    Shadows shadows(shadow, history, looked_at, &stop, reporter);
    Services use{looked_at, shadows, reporter, stop};
    return handler.run(
        {"migrate:check", options, plan, history, folder.path(), history_changed, seeds, stage_writes}, use);
  }
};

}  // namespace runner
