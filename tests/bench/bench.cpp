// Speed and memory of `runner`, each beside a yardstick measured in the same run, and the ratio that we allow
// ourselves.

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/bench/apply_bench.hpp"
#include "tests/bench/bare_server.hpp"
#include "tests/bench/encryption.hpp"
#include "tests/bench/lint_speed.hpp"
#include "tests/bench/lock_queue.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/project.hpp"
#include "tests/bench/proof_speed.hpp"
#include "tests/bench/seed_speed.hpp"
#include "tests/support/test_server.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace runner::bench {

static constexpr int many = 5000;

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

static void all(std::string_view only) {
  fmt::print("{:<58} {:>8} {:>8} {:>6}  {}\n", "ours : yardstick (medians)", "ours", "yardst.", "ratio",
             "allowed");
  const auto wanted = [&](std::string_view name) { return only.empty() || only == name; };
  if (wanted("start")) version_beside_psql();
  if (wanted("lint"))
    show("lint of 1 MB : libpg_query, parse and unpack", lint_beside_parser(much_sql(1 << 20)), 1.25);
  if (wanted("encrypt"))
    show("encrypting 500,000 values : bare EVP, pooled nonces", encryption_beside_evp(500'000), 1.25);
  if (wanted("shadow")) shadow_beside_bare_server();
  if (wanted("check")) check_beside_bare_server();
  if (wanted("history")) {
    Project long_history(many);
    status_beside_libpq(long_history);
    memory_of_a_long_history(long_history);
  }
  if (wanted("proof")) check_of_a_thousand_tables();
  if (wanted("seeds")) seeds_beside_psql();
  if (wanted("apply")) apply_beside_libpq();
  if (wanted("locks")) lock_queue();
}

}  // namespace runner::bench

/// bench [start|lint|encrypt|shadow|check|history|proof|seeds|apply|locks]
int main(int argc, char** argv) try {
  runner::bench::all(argc > 1 ? argv[1] : "");
  return 0;
} catch (const runner::Error& e) {
  fmt::print(stderr, "{}", e.text());
  return 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "error: {}\n", e.what());
  return 1;
}
