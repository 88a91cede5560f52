#include "tests/bench/apply_bench.hpp"

#include "runner/core/duration.hpp"
#include "runner/migration/history.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/bench/bare_server.hpp"
#include "tests/bench/project.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
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

/// Where migrations are applied. A target keeps what it says it has kept: "durable" waits for its disk at
/// each COMMIT, as PostgreSQL does unless told otherwise.
class Target {
 public:
  enum class Kind { durable, in_memory };
  explicit Target(Kind kind) {
    const TestFolder cache;
    QuietReporter quiet;
    ShadowFactory::of({.cache = cache.path()}, nullptr, quiet)->make({})->connect();
    const bool durable = kind == Kind::durable;
    const std::vector<std::string> settings =
        durable ? std::vector<std::string>{}
                : std::vector<std::string>{"fsync=off", "full_page_writes=off", "synchronous_commit=off"};
    server_.emplace(newest_entry(cache.path()), durable ? fs::temp_directory_path() : fs::path("/dev/shm"),
                    settings);
  }

  /// A new database with an empty history, made before the clock starts.
  void make(const std::string& name) const {
    Session::connect(server_->url("postgres"), {}, nullptr)
        .query(fmt::format("CREATE DATABASE {} TEMPLATE postgres", name), "make a database");
    Session session = Session::connect(server_->url(name), {}, nullptr);
    create_history(session, {});
  }
  DatabaseUrl url(const std::string& name) const { return server_->url(name); }

 private:
  std::optional<BareServer> server_{};
};

struct Way {
  int rounds = 5;
  Target::Kind target = Target::Kind::durable;
  std::chrono::milliseconds delay{};  ///< on each way
};

}  // namespace

static Pair compare_applying(const Project& project, const Way& way) {
  const Target target(way.target);
  const auto with_database = [&](const std::string& name,
                                 const std::function<void(const std::string&)>& use) {
    if (way.delay.count() == 0) return use(target.url(name).uri());
    const TcpProxy proxy(target.url(name), way.delay);
    use(proxy.url().with("sslmode", "disable").uri());
  };
  for (int round = 0; round < way.rounds; ++round)
    for (const char* whose : {"ours", "theirs"}) target.make(fmt::format("{}_{}", whose, round));
  int ours = 0;
  int theirs = 0;
  return compare(
      way.rounds,
      [&] {
        with_database(fmt::format("ours_{}", ours++), [&](const std::string& url) {
          run(project.calls({"run", "migrate", "-q"}, {{"DATABASE_URL", url}}));
        });
      },
      [&] {
        with_database(fmt::format("theirs_{}", theirs++),
                      [&](const std::string& url) { bare_connection_applies(project, url); });
      });
}

void apply_beside_libpq() {
  const Project project(1000, small_migration);
  show("apply of 1,000 : libpq, a string for each file", compare_applying(project, {}), 1.15);
  // Fewer, and more often: a disk that others use has its moments.
  show("  of 300, 20 ms away",
       compare_applying(Project(300, small_migration), {.rounds = 3, .delay = std::chrono::milliseconds(10)}),
       1.15);
  // What is left when nobody waits for a disk: our own work beside the server's.
  const Pair in_memory = compare_applying(project, {.target = Target::Kind::in_memory});
  show_figure("  on a server that keeps nothing",
              fmt::format("{} {} {:.2f}", for_people(in_memory.ours), for_people(in_memory.yardstick),
                          in_memory.ratio()));
}

}  // namespace runner::bench
