#include "runner/postgres/local_server.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/reporter.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/postgres/cluster.hpp"
#include "runner/postgres/copy_tree.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/prepared_cache.hpp"
#include "runner/postgres/run_folder.hpp"
#include "runner/postgres/runner_folder.hpp"
#include "runner/postgres/server_start.hpp"
#include "runner/postgres/shadow_factories.hpp"
#include "runner/process/process_identity.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr auto lock_limit = std::chrono::minutes(5);
static constexpr auto stop_limit = std::chrono::seconds(60);
static constexpr auto leftover_limit = std::chrono::seconds(10);
static constexpr std::uintmax_t largest_log_bytes = 10 << 20;

namespace {

/// The command says what happens; the steps of making a data directory are of no interest here.
class SilentReporter : public Reporter {
 public:
  void say(std::string_view) override {}
  void detail(std::string_view) override {}
  void warn(std::string_view) override {}
  void progress(std::size_t, std::size_t, std::string_view) override {}
  void stage_started(std::string_view, std::string_view) override {}
  void step_started(std::string_view, std::string_view, std::string_view) override {}
  void step_finished(std::string_view, const StepReport&) override {}
  void stage_finished(const StageReport&) override {}
};

/// One at a time starts, stops or resets. Beside the folder, because a reset removes that.
class ExclusiveLock {
 public:
  ExclusiveLock(const fs::path& folder, const StopSignal* stop);
  ~ExclusiveLock() { ::close(fd_); }
  ExclusiveLock(const ExclusiveLock&) = delete;
  ExclusiveLock& operator=(const ExclusiveLock&) = delete;

 private:
  int fd_ = -1;
};

void pause_unless_stopped(const StopSignal* stop, std::chrono::milliseconds time) {
  pollfd wait{stop != nullptr ? stop->fd() : -1, POLLIN, 0};
  ::poll(&wait, 1, static_cast<int>(time.count()));
  if (stop != nullptr) stop->check();
}

ExclusiveLock::ExclusiveLock(const fs::path& folder, const StopSignal* stop) {
  const std::string path = folder.string() + ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0)
    throw Error{ExitCode::environment, fmt::format("cannot write '{}'", path)}
        .because(std::strerror(errno))
        .hint("set RUNNER_LOCAL_DIR to a folder that can be written");
  const auto until = std::chrono::steady_clock::now() + lock_limit;
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() > until) {
      ::close(fd_);
      throw Error{ExitCode::busy, "another runner is starting or stopping the local server"}.because(
          fmt::format("it has held '{}' for {}", path, "five minutes"));
    }
    try {
      pause_unless_stopped(stop, std::chrono::milliseconds(20));
    } catch (...) {
      ::close(fd_);
      throw;
    }
  }
}

}  // namespace

static bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

static fs::path system_folder(const fs::path& root) {
  return fs::path("/var/lib/runner") / sha256(root.string()).substr(0, 16);
}

LocalServer::LocalServer(const fs::path& root, const StopSignal* stop)
    : root_(fs::absolute(root).lexically_normal()), folder_(root_ / ".runner" / "local"), stop_(stop) {
  if (const char* chosen = std::getenv("RUNNER_LOCAL_DIR"); chosen != nullptr && *chosen != '\0')
    folder_ = (root_ / chosen).lexically_normal();
  else if (!is_there(data()) && is_there(system_folder(root_) / "data"))
    folder_ = system_folder(root_);
}

/// Makes the folder where the server's user can reach it. Root's checkouts often lie where nobody else may
/// enter (/root, a CI builder's 0700 folder); a server has to work from a path that it can enter, and opening
/// other people's folders is not ours to do. So the data goes to /var/lib/runner then.
void LocalServer::settle(const RunAs& as) {
  fs::path parent = folder_;
  while (!is_there(parent)) parent = parent.parent_path();
  const bool chosen = std::getenv("RUNNER_LOCAL_DIR") != nullptr;
  if (as.drop && !chosen && !can_enter(as, parent)) folder_ = system_folder(root_);
  if (folder_.parent_path() == root_ / ".runner") make_runner_folder(root_);
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem)
    throw Error{ExitCode::environment, fmt::format("cannot make the folder '{}'", folder_.string())}
        .because(problem.message())
        .hint("set RUNNER_LOCAL_DIR to a folder that can be written");
  // The folder stays ours: the server's user owns only what lies in it.
  ::chmod(folder_.c_str(), as.drop ? 0711 : 0700);
  if (!can_enter(as, folder_))
    throw Error{ExitCode::environment, fmt::format("user {}, which the server runs as, may not enter '{}'",
                                                   as.uid, folder_.string())}
        .hint("set RUNNER_LOCAL_DIR to a folder that everybody may enter");
}

bool LocalServer::exists() const {
  return is_there(data() / "PG_VERSION");
}

/// Whether a process works in this folder, as a postmaster does in its data directory. Unlike its command
/// line, that stays true when the folder is renamed.
static bool works_in(pid_t pid, const fs::path& folder) {
  struct stat there {};
  struct stat here {};
  return ::stat(fmt::format("/proc/{}/cwd", pid).c_str(), &there) == 0 &&
         ::stat(folder.c_str(), &here) == 0 && there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

pid_t LocalServer::pid() const {
  const pid_t recorded = recorded_postmaster(data());
  if (recorded <= 1) return 0;
  const std::vector<std::string> arguments = command_line(recorded);
  if (arguments.empty() || fs::path(arguments.front()).filename() != "postgres") return 0;
  // Root without CAP_SYS_PTRACE (containers) may not look at another user's working folder.
  const bool named = std::find(arguments.begin(), arguments.end(), data().string()) != arguments.end();
  return named || works_in(recorded, data()) ? recorded : 0;
}

bool LocalServer::running() const {
  return pid() != 0;
}

/// In the folder itself, else (too long for a socket) in a short folder of the same name for all.
fs::path LocalServer::socket() const {
  const fs::path inside = folder_ / "socket";
  if (inside.string().size() <= longest_socket_folder) return inside;
  return fmt::format("/tmp/runner-local-{}", sha256(folder_.string()).substr(0, 16));
}

static void make_private_folder(const fs::path& folder, const RunAs& as) {
  struct stat info {};
  const bool made = ::mkdir(folder.c_str(), 0700) == 0;
  if (made && as.drop && ::lchown(folder.c_str(), as.uid, as.gid) != 0)
    throw Error{ExitCode::environment, fmt::format("cannot change the owner of '{}'", folder.string())}
        .because(std::strerror(errno));
  // Below /tmp somebody else may have been first with the name.
  const bool ours = ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == as.uid &&
                    (info.st_mode & 077) == 0;
  if (!ours)
    throw Error{ExitCode::environment,
                fmt::format("'{}' is not a folder that only user {} can enter", folder.string(), as.uid)}
        .hint("remove it, or set RUNNER_LOCAL_DIR to a shorter path");
}

std::optional<DatabaseUrl> LocalServer::url() const {
  if (!running()) return std::nullopt;
  return DatabaseUrl{}
      .with("host", socket().string())
      .with("port", "5432")
      .with("user", embedded_owner)
      .with("dbname", "postgres");
}

void LocalServer::make(const std::vector<std::string>& preludes, const fs::path& data,
                       const RunAs& as) const {
  std::vector<ShadowLayer> layers;
  for (const std::string& name : preludes) layers.push_back(layer_of(find_prelude(name)));
  std::error_code ignored;
  fs::remove_all(data, ignored);  // half made by a run that died
  make_private_folder(data, as);
  SilentReporter silent;
  prepare_data({.cache = cache_folder(root_)}, layers, data, stop_, silent);
  sync_tree(data);
}

static void keep_log_small(const fs::path& log) {
  std::error_code ignored;
  if (fs::file_size(log, ignored) > largest_log_bytes && !ignored)
    fs::rename(log, log.string() + ".old", ignored);
}

static ServerBinaries binaries_for(const fs::path& data) {
  const int major = std::atoi(read_file(data / "PG_VERSION").c_str());
  ServerBinaries found = find_server_binaries(major);
  if (found.major != major)
    throw Error{ExitCode::environment,
                fmt::format("the local database was made by PostgreSQL {}, which this machine lacks", major)}
        .because(fmt::format("found PostgreSQL {} in {}", found.version, found.folder.string()))
        .hint(fmt::format("install PostgreSQL {}, or make the database anew with `runner db reset`", major));
  return found;
}

/// The process id that a dead server left may be somebody else's by now (a reboot), or a zombie's that nobody
/// reaps (a container): postgres would take either for a server. When there is no such process, postgres
/// itself knows what to do. Its other guard, shared memory that is in use, is kept.
static void remove_stale_files(const fs::path& data, const fs::path& socket, const StopSignal* stop) {
  const auto until = std::chrono::steady_clock::now() + leftover_limit;
  while (shared_memory_in_use(data)) {
    if (std::chrono::steady_clock::now() > until)
      throw Error{ExitCode::environment, "the last local server was killed, and processes of it still work"}
          .hint(fmt::format("end the processes named postgres that work in '{}'", data.string()));
    pause_unless_stopped(stop, std::chrono::milliseconds(20));
  }
  const pid_t recorded = recorded_postmaster(data);
  if (recorded <= 0 || ::kill(recorded, 0) != 0) return;
  for (const fs::path& path :
       {data / "postmaster.pid", socket / ".s.PGSQL.5432.lock", socket / ".s.PGSQL.5432"})
    ::unlink(path.c_str());
}

void LocalServer::start_locked(const std::vector<std::string>& preludes, const RunAs& as) {
  if (running()) return;
  if (!exists()) {
    const fs::path fresh = folder_ / "data.new";
    make(preludes, fresh, as);
    fs::rename(fresh, data());
  }
  remove_stale_files(data(), socket(), stop_);
  make_private_folder(socket(), as);
  const ServerLayout layout{data(), socket(), folder_ / "log"};
  keep_log_small(layout.log);
  start_server(binaries_for(data()), layout, as, Cluster::Durability::on, true, stop_);
}

bool LocalServer::stop_locked() {
  const pid_t server = pid();
  if (server == 0) return false;
  const unsigned long long ticks = start_time_ticks(server);
  // Fast: clients are disconnected, everything is written out.
  if (!signal_and_wait(server, ticks, SIGINT, stop_limit))
    throw Error{ExitCode::environment,
                fmt::format("the local server (process {}) does not stop within a minute", server)}
        .because(last_lines(folder_ / "log"))
        .hint(fmt::format("look at '{}'", (folder_ / "log").string()));
  return true;
}

DatabaseUrl LocalServer::start(const std::vector<std::string>& preludes) {
  const RunAs as = unprivileged_user();
  if (!exists()) find_server_binaries();  // before anything is made that would be left behind
  settle(as);
  const ExclusiveLock lock(folder_, stop_);
  start_locked(preludes, as);
  return url().value();
}

bool LocalServer::stop() {
  if (!exists()) return false;
  const ExclusiveLock lock(folder_, stop_);
  return stop_locked();
}

void LocalServer::reset(const std::vector<std::string>& preludes) {
  const RunAs as = unprivileged_user();
  settle(as);
  const ExclusiveLock lock(folder_, stop_);
  // The new one first: when it cannot be made, the old one stays.
  const fs::path fresh = folder_ / "data.new";
  make(preludes, fresh, as);
  stop_locked();
  const fs::path old = folder_ / "data.old";
  std::error_code ignored;
  fs::remove_all(old, ignored);
  if (exists()) fs::rename(data(), old);
  fs::rename(fresh, data());
  fs::remove_all(old, ignored);
  start_locked(preludes, as);
}

}  // namespace runner
