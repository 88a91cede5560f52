#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/cluster.hpp"
#include "runner/postgres/run_folder.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/faults/forked.hpp"
#include "tests/support/test_server.hpp"

#include <csignal>
#include <random>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static ShadowLayer table(const std::string& name) {
  return {.digest = name, .description = name, .apply = [name](Shadow& shadow) {
            shadow.connect().query("CREATE TABLE " + name + " (id int)", "make a table");
          }};
}

static std::string table_count(const fs::path& cache, const StopSignal* stop = nullptr) {
  QuietReporter quiet;
  const auto shadow = ShadowFactory::of({.cache = cache}, stop, quiet)->make({table("a"), table("b")});
  Session session = shadow->connect();
  return session.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "count")
      .rows.at(0)
      .at(0)
      .value_or("NULL");
}

enum class Cache { kept, emptied };

/// What a run does, over and over: shadows from what the cache holds, or from nothing.
static int make_shadows_for_ever(const fs::path& cache, Cache mode, const StopSignal* stop = nullptr) {
  for (;;) {
    if (mode == Cache::emptied) fs::remove_all(cache);
    if (table_count(cache, stop) != "2") return 1;
  }
}

/// Run folders whose run is dead: those with a lock that can be had.
static std::vector<fs::path> dead_run_folders() {
  std::vector<fs::path> dead;
  for (const fs::path& place : run_places()) {
    std::error_code ignored;
    for (fs::directory_iterator at(place, ignored), end; !ignored && at != end; at.increment(ignored)) {
      if (!at->path().filename().string().starts_with("runner-run.")) continue;
      const int lock = ::open((at->path() / "lock").c_str(), O_RDWR | O_CLOEXEC);
      if (lock < 0) continue;  // somebody else's, or gone by now
      if (::flock(lock, LOCK_EX | LOCK_NB) == 0 && fs::exists(at->path() / "lock"))
        dead.push_back(at->path());
      ::close(lock);
    }
  }
  return dead;
}

TEST(ServerFaults, Kill9AtRandomMomentsLeavesNoServerAndASoundCache) {
  adopt_orphans();
  const TestFolder cache;
  std::mt19937 random{20260309};
  std::uniform_int_distribution<useconds_t> moment{0, 1'000'000};
  for (int i = 0; i < 10; ++i) {
    // Every other time with initdb; else nearly always while a server runs.
    if (i % 2 == 1) {
      ASSERT_EQ(table_count(cache.path()), "2");
    }
    const Cache mode = i % 2 == 0 ? Cache::emptied : Cache::kept;
    const pid_t run = fork_to([&] { return make_shadows_for_ever(cache.path(), mode); });
    ::usleep(moment(random));
    ::kill(run, SIGKILL);
    ASSERT_TRUE(all_children_end()) << "a process of the killed run is left";
  }
  EXPECT_EQ(table_count(cache.path()), "2");
  sweep_dead_runs(run_places());
  EXPECT_EQ(dead_run_folders(), std::vector<fs::path>{});
}

TEST(ServerFaults, AStopSignalAtARandomMomentEndsTheRunAndItsServer) {
  adopt_orphans();
  const TestFolder cache;
  std::mt19937 random{7};
  std::uniform_int_distribution<useconds_t> moment{0, 1'000'000};
  for (int i = 0; i < 5; ++i) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t run = fork_to([&] {
      const StopSignal stop;
      [[maybe_unused]] const ssize_t put = ::write(ready[1], "x", 1);
      return make_shadows_for_ever(cache.path(), Cache::kept, &stop);
    });
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
    ::usleep(moment(random));
    ::kill(run, SIGTERM);
    EXPECT_EQ(wait_for(run), to_int(ExitCode::terminated));
    ASSERT_TRUE(all_children_end()) << "a process of the run is left";
  }
}

TEST(ServerFaults, Kill9WhileItsServerRunsEndsTheServer) {
  adopt_orphans();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t run = fork_to([&] {
    Cluster cluster(find_server_binaries(), nullptr);
    cluster.create();
    cluster.start();
    [[maybe_unused]] const ssize_t put = ::write(ready[1], "x", 1);
    return ::pause();
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  ::kill(run, SIGKILL);
  EXPECT_TRUE(all_children_end());
}

TEST(ServerFaults, RunsAtOnceShareACacheAndNothingElse) {
  const TestFolder cache;
  std::vector<pid_t> runs;
  for (int i = 0; i < 4; ++i)
    runs.push_back(fork_to([&] { return table_count(cache.path()) == "2" ? 0 : 1; }));
  for (const pid_t run : runs) EXPECT_EQ(wait_for(run), 0);
}

TEST(ServerFaults, AServerThatDiesIsNoticedAndLeavesNothing) {
  adopt_orphans();
  fs::path folder;
  {
    Cluster cluster(find_server_binaries(), nullptr);
    cluster.create();
    cluster.start();
    folder = cluster.log().parent_path();
    ::kill(std::stoi(read_file(folder / "data/postmaster.pid")), SIGKILL);
    while (cluster.running()) ::usleep(1000);
    EXPECT_THROW(Session::connect(cluster.url(embedded_superuser), {}, nullptr), Error);
  }
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(all_children_end());
}

}  // namespace runner
