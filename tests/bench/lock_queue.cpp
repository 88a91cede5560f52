#include "tests/bench/lock_queue.hpp"

#include "runner/core/duration.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "tests/bench/project.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <libpq-fe.h>

namespace runner::bench {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

static constexpr int rows = 1'000'000;
static constexpr int clients = 8;
static constexpr int transactions_per_second = 1000;
static constexpr std::chrono::seconds reader_time{10};

static void execute(PGconn* connection, const std::string& sql) {
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection));
}

namespace {

/// The application: clients that read and write single rows. In an open loop each transaction has its time,
/// and a late answer is late by all that it waited; in a closed loop each client goes on as fast as it can.
class Load {
 public:
  Load(const DatabaseUrl& url, bool open) : url_(url.uri()), open_(open) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { client(i); });
  }
  ~Load() { end(); }
  void end() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    std::sort(times_.begin(), times_.end());
  }
  nanoseconds percentile(double share) const {
    return times_.at(static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1)));
  }
  std::size_t done() const { return done_; }

 private:
  void client(int number) {
    PGconn* connection = PQconnectdb(url_.c_str());
    std::vector<nanoseconds> times;
    const auto step = nanoseconds(std::chrono::seconds(1)) * clients / transactions_per_second;
    auto due = Clock::now() + step * number / clients;
    for (unsigned turn = 0; !stop_; ++turn) {
      if (open_) std::this_thread::sleep_until(due);
      const auto began = open_ ? due : Clock::now();
      const unsigned id = (turn * 7919U + static_cast<unsigned>(number) * 104729U) % rows;
      execute(connection, turn % 2 == 0 ? fmt::format("SELECT n FROM busy WHERE id = {}", id)
                                        : fmt::format("UPDATE busy SET n = n + 1 WHERE id = {}", id));
      times.push_back(Clock::now() - began);
      ++done_;
      due += step;
    }
    PQfinish(connection);
    const std::lock_guard guard(mutex_);
    times_.insert(times_.end(), times.begin(), times.end());
  }

  std::string url_;
  bool open_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> done_{0};
  std::mutex mutex_{};
  std::vector<nanoseconds> times_{};
  std::vector<std::thread> threads_{};
};

/// A transaction that has read the table and stays open.
class Reader {
 public:
  explicit Reader(const DatabaseUrl& url) : connection_(PQconnectdb(url.uri().c_str())) {
    execute(connection_, "BEGIN");
    execute(connection_, "SELECT n FROM busy WHERE id = 1");
    thread_ = std::thread([this] {
      std::this_thread::sleep_for(reader_time);
      ended_ = Clock::now();
      execute(connection_, "COMMIT");
    });
  }
  ~Reader() {
    thread_.join();
    PQfinish(connection_);
  }
  Clock::time_point ended() const { return ended_; }

 private:
  PGconn* connection_;
  Clock::time_point ended_{};
  std::thread thread_{};
};

struct Felt {
  nanoseconds p99{};
  nanoseconds longest{};
  nanoseconds after_the_reader{};
};

}  // namespace

/// The same load while nobody alters anything: what the machine itself lets wait.
static Felt undisturbed(const DatabaseUrl& url) {
  Load load(url, true);
  std::this_thread::sleep_for(reader_time);
  load.end();
  return {.p99 = load.percentile(0.99), .longest = load.percentile(1)};
}

static Felt behind_a_reader(const DatabaseUrl& url, const Program& alter) {
  Load load(url, true);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  Felt felt;
  {
    Reader reader(url);
    run(alter);
    felt.after_the_reader = Clock::now() - reader.ended();
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  load.end();
  felt.p99 = load.percentile(0.99);
  felt.longest = load.percentile(1);
  return felt;
}

/// How much is left of the application's work while clients leave the table no pause.
static double saturated(const DatabaseUrl& url, const Program& alter) {
  Load load(url, false);
  const auto during = [&](const std::function<void()>& work) {
    const std::size_t before = load.done();
    const auto began = Clock::now();
    work();
    return static_cast<double>(load.done() - before) /
           std::chrono::duration<double>(Clock::now() - began).count();
  };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::seconds(4)); };
  pause();
  const double without = during(pause);
  const double with = during([&] {
    run(alter);
    pause();
  });
  const double again = during(pause);
  return with / ((without + again) / 2);
}

static std::string alter_table(int i) {
  return fmt::format("ALTER TABLE busy ADD COLUMN extra_{} int;\n", i);
}

void lock_queue() {
  const TestDatabase database;
  Session session = database.session();
  session.query(
      fmt::format("CREATE TABLE busy AS SELECT i AS id, 0 AS n FROM generate_series(0, {}) i", rows),
      "make the table");
  session.query("ALTER TABLE busy ADD PRIMARY KEY (id)", "make its key");
  session.query("VACUUM ANALYZE busy", "settle it");
  Project project(1, alter_table);
  const Program ours = project.calls({"run", "migrate", "-q"}, {{"DATABASE_URL", database.url().uri()}});
  const Program psql{.arguments = {(find_server_binaries().folder / "psql").string(), database.url().uri(),
                                   "-qc", "ALTER TABLE busy ADD COLUMN by_psql int"}};
  const Felt with_nobody = undisturbed(database.url());
  const Felt with_us = behind_a_reader(database.url(), ours);
  show_limit("lock queue, 1,000 tx/s, 10 s reader: p99", with_us.p99, milliseconds(5));
  show_limit("  longest wait", with_us.longest, milliseconds(100));
  show_limit("  ALTER in after the reader's end", with_us.after_the_reader, std::chrono::seconds(3));
  show_figure("  without any ALTER: p99", for_people(with_nobody.p99));
  show_figure("  without any ALTER: longest wait", for_people(with_nobody.longest));
  const Felt with_psql = behind_a_reader(database.url(), psql);
  show_figure("  plain psql: p99", for_people(with_psql.p99));
  show_figure("  plain psql: longest wait", for_people(with_psql.longest));
  project.add(1, alter_table(1));
  show_share("  saturated closed loop: throughput left", saturated(database.url(), ours), 0.95);
}

}  // namespace runner::bench
