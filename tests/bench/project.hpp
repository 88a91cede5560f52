#pragma once

#include "tests/bench/measure.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner::bench {

namespace fs = std::filesystem;

/// A repository with a pipeline file and `count` migrations, all committed.
class Project {
 public:
  using Sql = std::string (*)(int);
  static std::string one_table(int i) { return fmt::format("create table t{} (id int primary key);\n", i); }

  explicit Project(int count, Sql sql = one_table) {
    write("pipeline.yml",
          "version: 1\ndatabase:\n  url: \"${DATABASE_URL:-}\"\ntiers:\n  merge_request: [migrate:check]\n"
          "stages:\n  migrate:check: [history, dry-run]\n  migrate: [apply]\n");
    for (int i = 0; i < count; ++i) add(i, sql(i));
    git({"init", "-q", "-b", "main"});
    git({"add", "-A"});
    git({"-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "base"});
    git({"checkout", "-qb", "change"});
  }

  static std::string version(int i) { return fmt::format("2026{:010}", i); }
  void add(int i, const std::string& sql, const std::string& rollback = "select 1;\n") {
    write(fmt::format("migrations/{}_m.sql", version(i)), sql);
    write(fmt::format("rollbacks/{}_m.rollback.sql", version(i)), rollback);
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  Program calls(std::vector<std::string> arguments,
                std::map<std::string, std::string> environment = {}) const {
    arguments.insert(arguments.begin(), RUNNER_PROGRAM);
    environment.emplace("RUNNER_CACHE_DIR", (folder_ / "cache").string());
    return {
        .arguments = std::move(arguments), .folder = folder_.path(), .environment = std::move(environment)};
  }
  const fs::path& folder() const { return folder_.path(); }

 private:
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/git");
    run({.arguments = std::move(arguments), .folder = folder_.path()});
  }

  TestFolder folder_{};
};

}  // namespace runner::bench
