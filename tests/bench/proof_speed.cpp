#include "tests/bench/proof_speed.hpp"

#include "runner/migration/catalogue.hpp"
#include "tests/bench/project.hpp"

#include <algorithm>

namespace runner::bench {

using namespace std::chrono_literals;

static constexpr int tables = 1000;

/// As migrations of applications are: a key, a reference, a check, an index, a default.
static std::string table_of_an_application(int i) {
  return fmt::format(
      "create table t{0} (id bigint generated always as identity primary key, parent bigint{1},\n"
      "  name text not null, state text not null default 'new' check (state in ('new', 'done')),\n"
      "  total numeric(12, 2), created_at timestamptz not null default now());\n"
      "create index t{0}_state_idx on t{0} (state);\n",
      i, i == 0 ? "" : fmt::format(" references t{} (id)", i - 1));
}

static std::chrono::nanoseconds median_of(int rounds, const std::function<void()>& what) {
  return compare(rounds, what, [] {}).ours;
}

static void snapshots() {
  const TestDatabase database;
  Session session = database.session();
  std::string sql;
  for (int i = 0; i < tables; ++i) sql += table_of_an_application(i);
  session.query(sql, "make the tables");
  // A new session reads all of PostgreSQL's catalogue caches first; a proof takes all its snapshots in one.
  show_limit("snapshot of 1,000 tables", median_of(9, [&] { snapshot(session); }), 100ms);
  show_limit("  the first one of a session",
             median_of(9,
                       [&] {
                         Session fresh = database.session();
                         snapshot(fresh);
                       }),
             250ms);
}

static void check() {
  Project project(tables, table_of_an_application);
  const Program call = project.calls({"run", "migrate:check", "--base", "main"});
  project.write(
      "pipeline.yml",
      "version: 1\ndatabase:\n  url: \"${DATABASE_URL:-}\"\ntiers:\n  merge_request: [migrate:check]\n"
      "stages:\n  migrate:check: [history, lint, dry-run, round-trip]\n");
  project.add(tables,
              "alter table t7 add column note text;\ncomment on column t7.note is 'what was agreed';\n",
              "alter table t7 drop column if exists note;\n");
  run(call);  // warms the cache
  show_limit("migrate:check, 1,000 tables, one pending, warm",
             median_of(7,
                       [&] {
                         std::filesystem::remove_all(project.folder() / "cache" / "proofs");
                         run(call);
                       }),
             1500ms);
}

void check_of_a_thousand_tables() {
  snapshots();
  check();
}

}  // namespace runner::bench
