#include "runner/postgres/run_folder.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/process/process_identity.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::string_view prefix = "runner-run.";
/// A folder bears this name until its lock is held, so that no sweep sees it without.
static constexpr std::string_view newborn_prefix = "runner-new.";
/// The folder of a socket alone, where a run folder's path would be too long for one.
static constexpr std::string_view socket_prefix = "runner-socket.";
static const fs::path memory_place = "/dev/shm";

static Error folder_error(std::string_view doing, const fs::path& path) {
  return Error{ExitCode::environment, fmt::format("cannot {} '{}'", doing, path.string())}.because(
      std::strerror(errno));
}

std::vector<fs::path> run_places() {
  std::vector<fs::path> places{memory_place};
  if (const char* chosen = std::getenv("TMPDIR"); chosen != nullptr && *chosen == '/')
    places.emplace_back(chosen);
  for (const char* usual : {"/tmp", "/var/tmp"})
    if (std::find(places.begin(), places.end(), usual) == places.end()) places.emplace_back(usual);
  return places;
}

static std::uint64_t free_bytes(const fs::path& place) {
  struct statvfs info {};
  return ::statvfs(place.c_str(), &info) == 0 ? std::uint64_t{info.f_bavail} * info.f_frsize : 0;
}

/// Four times the data's size in memory, and never less than room for its WAL (max_wal_size, 64 MB, can be
/// overrun): containers have 64 MB of /dev/shm by default, which a server over 8 MB of data would fill.
static std::uint64_t needed_bytes(const fs::path& place, std::uint64_t data_bytes) {
  static constexpr std::uint64_t mebibyte = 1 << 20;
  if (place == memory_place) return std::max(4 * data_bytes, 256 * mebibyte);
  return data_bytes + 64 * mebibyte;
}

fs::path choose_run_place(const std::vector<fs::path>& places, std::uint64_t data_bytes, const RunAs& as) {
  std::string seen;
  for (const fs::path& place : places) {
    const std::uint64_t needed = needed_bytes(place, data_bytes);
    const std::uint64_t available = free_bytes(place);
    std::string problem;
    if (::access(place.c_str(), W_OK | X_OK) != 0)
      problem = std::strerror(errno);
    else if (available < needed)
      problem = fmt::format("{} MB free, {} MB needed", available >> 20, needed >> 20);
    else if (place == memory_place || can_enter(as, place))
      return place;
    else
      problem = fmt::format("user {}, which the server runs as, may not enter it", as.uid);
    seen += fmt::format("{}{}: {}", seen.empty() ? "" : "\n", place.string(), problem);
  }
  throw Error{ExitCode::environment, "no folder can hold a server's data directory"}.because(seen).hint(
      "free some space, or set TMPDIR to a folder with more");
}

static void make_folder(const fs::path& folder, const RunAs& as) {
  if (::mkdir(folder.c_str(), 0700) != 0) throw folder_error("make the folder", folder);
  if (as.drop && ::chown(folder.c_str(), as.uid, as.gid) != 0)
    throw folder_error("change the owner of", folder);
}

RunFolder::RunFolder(const fs::path& place, const RunAs& as) {
  std::string newborn = place / (std::string(newborn_prefix) + "XXXXXX");
  if (::mkdtemp(newborn.data()) == nullptr) throw folder_error("make a folder in", place);
  path_ = newborn;
  try {
    // Root keeps the folder itself, so that the server's user cannot plant links for root to follow.
    if (as.drop && ::chmod(newborn.c_str(), 0711) != 0) throw folder_error("open the folder", path_);
    lock_ = ::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) throw folder_error("lock", path_ / "lock");
    const fs::path settled = place / (std::string(prefix) + newborn.substr(newborn.size() - 6));
    if (::rename(newborn.c_str(), settled.c_str()) != 0) throw folder_error("rename the folder", path_);
    path_ = settled;
    make_folder(data(), as);
    socket_ = path_ / "socket";
    if (socket_.string().size() > longest_socket_folder) {
      std::string shorter = fmt::format("/tmp/{}XXXXXX", socket_prefix);
      if (::mkdtemp(shorter.data()) == nullptr) throw folder_error("make a folder in", "/tmp");
      if (as.drop && ::chown(shorter.c_str(), as.uid, as.gid) != 0)
        throw folder_error("change the owner of", shorter);
      socket_ = shorter;
      write_file(path_ / "socket-folder", shorter, 0600);
    } else {
      make_folder(socket_, as);
    }
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    if (lock_ >= 0) ::close(lock_);
    throw;
  }
}

RunFolder::~RunFolder() {
  std::error_code ignored;
  fs::remove_all(socket_, ignored);
  fs::remove_all(path_, ignored);
  ::close(lock_);
}

void RunFolder::record_server(pid_t pid) const {
  write_file(path_ / "server", fmt::format("{} {}\n", pid, start_time_ticks(pid)), 0600);
}

static void end_recorded_server(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / "server", ignored)) return;
  const std::string text = read_file(folder / "server");
  char* end = nullptr;
  const auto pid = static_cast<pid_t>(std::strtol(text.c_str(), &end, 10));
  const unsigned long long ticks = std::strtoull(end, nullptr, 10);
  if (pid <= 1 || ticks == 0) return;
  end_process_if(pid, ticks, (folder / "data").string());
}

static void sweep(const fs::path& folder, bool newborn) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) return;
  const bool old = std::time(nullptr) - info.st_mtime > 600;
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) {
    // No lock yet: a run that is just being made, or one that died right there.
    std::error_code ignored;
    if (old) fs::remove_all(folder, ignored);
    return;
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0 && (!newborn || old)) {
    try {
      end_recorded_server(folder);
      std::error_code ignored;
      if (fs::exists(folder / "socket-folder", ignored))
        fs::remove_all(read_file(folder / "socket-folder"), ignored);
      fs::remove_all(folder, ignored);
    } catch (const Error&) {
      // Unreadable leftovers must not stop the run of today; the next sweep sees them again.
    }
  }
  ::close(lock);
}

void sweep_dead_runs(const std::vector<fs::path>& places) {
  for (const fs::path& place : places) {
    std::error_code ignored;
    for (fs::directory_iterator entry(place, ignored), end; entry != end; entry.increment(ignored)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with(prefix))
        sweep(entry->path(), false);
      else if (name.starts_with(newborn_prefix))
        sweep(entry->path(), true);
      if (ignored) break;
    }
  }
}

}  // namespace runner
