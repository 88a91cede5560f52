#pragma once

#include "runner/core/file.hpp"
#include "runner/migration/stage_handler.hpp"
#include "tests/support/test_server.hpp"

#include <optional>
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
  StopSignal stop{};

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
    Shadows shadows({.cache = test_cache()}, history, nullptr, &stop, reporter);
    Services use{looked_at, shadows, reporter, stop};
    return handler.run({"migrate:check", options, plan, history, folder.path()}, use);
  }
};

}  // namespace runner
