// Speed and memory of `runner`, each beside a yardstick measured in the same run, and the ratio that we allow
// ourselves.

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/bench/bare_server.hpp"
#include "tests/bench/encryption.hpp"
#include "tests/bench/lint_speed.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/seed_speed.hpp"
#include "tests/support/test_server.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace runner::bench {

namespace fs = std::filesystem;

static constexpr int many = 5000;

/// A repository with a pipeline file and `count` migrations, all committed.
class Project {
 public:
  explicit Project(int count) {
    write("pipeline.yml",
          "version: 1\ndatabase:\n  url: \"${DATABASE_URL:-}\"\ntiers:\n  merge_request: [migrate:check]\n"
          "stages:\n  migrate:check: [history, dry-run]\n");
    for (int i = 0; i < count; ++i) add(i, fmt::format("create table t{} (id int primary key);\n", i));
    git({"init", "-q", "-b", "main"});
    git({"add", "-A"});
    git({"-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "base"});
    git({"checkout", "-qb", "change"});
  }

  static std::string version(int i) { return fmt::format("2026{:010}", i); }
  void add(int i, const std::string& sql) {
    write(fmt::format("migrations/{}_m.sql", version(i)), sql);
    write(fmt::format("rollbacks/{}_m.rollback.sql", version(i)), "select 1;\n");
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
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/git");
    run({.arguments = std::move(arguments), .folder = folder_.path()});
  }

  TestFolder folder_{};
};

static void version_beside_psql() {
  const fs::path psql = find_server_binaries().folder / "psql";  // not Debian's Perl wrapper
  show("runner --version : psql --version",
       compare(
           41,
           [] {
             run({.arguments = {RUNNER_PROGRAM, "--version"}});
           },
           [&] {
             run({.arguments = {psql.string(), "--version"}});
           }),
       1.5);
}

static void status_beside_libpq(const Project& project) {
  const TestDatabase database;
  Session session = database.session();
  const HistoryTable history;
  create_history(session, history);
  session.query(fmt::format("INSERT INTO {} (version, name) SELECT '2026' || lpad(i::text, 10, '0'), 'm' "
                            "FROM generate_series(0, {}) i",
                            history.shown(), many - 1),
                "fill the history");
  const std::map<std::string, std::string> target{{"DATABASE_URL", database.url().uri()}};
  const Program ours = project.calls({"status"}, target);
  const Program yardstick{.arguments = {STATUS_YARDSTICK}, .folder = project.folder(), .environment = target};
  show(fmt::format("runner status, {} applied : libpq, history and folder", many),
       compare(
           21, [&] { run(ours); }, [&] { run(yardstick); }),
       2);
  show_memory(fmt::format("  its peak memory : 32 MB, {} applied", many), peak_bytes_of(ours), 32 << 20);
}

/// The cache's one entry that a factory without further layers starts from.
static fs::path newest_entry(const fs::path& cache) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(cache))
    if (fs::is_directory(entry.path() / "data") &&
        (newest.empty() || fs::last_write_time(entry) > fs::last_write_time(newest)))
      newest = entry.path();
  return newest / "data";
}

static void shadow_beside_bare_server() {
  const TestFolder cache;
  QuietReporter quiet;
  const auto factory = ShadowFactory::of({.cache = cache.path()}, nullptr, quiet);
  const std::vector<ShadowLayer> layers{layer_of(find_prelude("supabase"))};
  const auto shadow = [&] { factory->make(layers)->connect().query("SELECT 1", "ask the first question"); };
  shadow();
  const fs::path data = newest_entry(cache.path());
  show("a prepared shadow, one query : cp, postgres, one query",
       compare(15, shadow, [&] { bare_server_does(data, {"SELECT 1"}); }), 2);
}

static void check_beside_bare_server() {
  Project project(20);
  const Program check = project.calls({"run", "migrate:check", "--base", "main"});
  project.add(20,
              "create table orders (id int primary key, total numeric not null);\n"
              "create index on orders (total);\nalter table orders add column note text;\n");
  run(check);  // warms the cache
  const fs::path data = newest_entry(project.folder() / "cache");
  show("migrate:check, one pending, warm : cp, postgres, statements",
       compare(
           15, [&] { run(check); },
           [&] {
             bare_server_does(
                 data,
                 {"begin", "create table orders (id int primary key, total numeric not null)",
                  "create index on orders (total)", "alter table orders add column note text", "commit"});
           }),
       1.5, std::chrono::milliseconds(100));
}

static void memory_of_a_long_history(Project& project) {
  std::string largest = "create table rows_of (id int, text text);\n";
  while (largest.size() < 256 << 10)
    largest += "insert into rows_of values (1, 'a row of some length, as they are');\n";
  project.add(many, largest);
  show_memory(fmt::format("migrate:check, {} replayed, peak : 32 MB + 50 × largest file", many),
              peak_bytes_of(project.calls({"run", "migrate:check", "--base", "main"})),
              (32 << 20) + 50 * largest.size());
}

static void all() {
  fmt::print("{:<58} {:>8} {:>8} {:>6}  {}\n", "ours : yardstick (medians)", "ours", "yardst.", "ratio",
             "allowed");
  version_beside_psql();
  show("lint of 1 MB : libpg_query, parse and unpack", lint_beside_parser(much_sql(1 << 20)), 1.25);
  show("encrypting 500,000 values : bare EVP, pooled nonces", encryption_beside_evp(500'000), 1.25);
  shadow_beside_bare_server();
  check_beside_bare_server();
  Project long_history(many);
  status_beside_libpq(long_history);
  memory_of_a_long_history(long_history);
  seeds_beside_psql();
}

}  // namespace runner::bench

int main() try {
  runner::bench::all();
  return 0;
} catch (const runner::Error& e) {
  fmt::print(stderr, "{}", e.text());
  return 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "error: {}\n", e.what());
  return 1;
}
