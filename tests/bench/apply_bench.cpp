#include "tests/bench/apply_bench.hpp"

#include "runner/migration/history.hpp"
#include "tests/bench/project.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <libpq-fe.h>

namespace runner::bench {

static std::string small_migration(int i) {
  return fmt::format(
      "CREATE TABLE t{0} (id int PRIMARY KEY, total numeric NOT NULL);\n"
      "CREATE INDEX t{0}_total_idx ON t{0} (total);\n"
      "ALTER TABLE t{0} ADD COLUMN note text;\n",
      i);
}

static std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

static void execute(PGconn* connection, const std::string& sql) {
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection));
}

/// Each file and its row as one string, which the server makes a transaction of.
static void bare_connection_applies(const Project& project, const std::string& url) {
  PGconn* connection = PQconnectdb(url.c_str());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(project.folder() / "migrations"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string sql = text_of(file);
    char* quoted = PQescapeLiteral(connection, sql.c_str(), sql.size());
    const std::string version = file.filename().string().substr(0, 14);
    execute(connection, sql + fmt::format("INSERT INTO supabase_migrations.schema_migrations (version, name, "
                                          "statements) VALUES ('{}', 'm', ARRAY[{}])",
                                          version, quoted));
    PQfreemem(quoted);
  }
  PQfinish(connection);
}

namespace {
/// A new database for each run, made before the clock starts.
class Databases {
 public:
  explicit Databases(int count) {
    for (int i = 0; i < count; ++i) {
      TestDatabase& database = databases_.emplace_back();
      Session session = database.session();
      create_history(session, {});
    }
    next_ = databases_.begin();
  }
  DatabaseUrl next() { return (next_++)->url(); }

 private:
  std::list<TestDatabase> databases_{};
  std::list<TestDatabase>::iterator next_{};
};
}  // namespace

static void compare_applying(std::string_view what, int count, int rounds, std::chrono::milliseconds delay) {
  const Project project(count, small_migration);
  Databases databases(2 * rounds);
  const auto proxied = [&](const DatabaseUrl& url, const std::function<void(const std::string&)>& use) {
    if (delay.count() == 0) return use(url.uri());
    const TcpProxy proxy(url, delay);
    use(proxy.url().with("sslmode", "disable").uri());
  };
  const Pair pair = compare(
      rounds,
      [&] {
        proxied(databases.next(), [&](const std::string& url) {
          run(project.calls({"run", "migrate", "-q"}, {{"DATABASE_URL", url}}));
        });
      },
      [&] {
        proxied(databases.next(), [&](const std::string& url) { bare_connection_applies(project, url); });
      });
  show(what, pair, 1.15);
}

void apply_beside_libpq() {
  compare_applying("apply of 1,000 : libpq, a string for each file", 1000, 5, {});
  compare_applying("apply of 200, 20 ms away : libpq likewise", 200, 5, std::chrono::milliseconds(10));
}

}  // namespace runner::bench
