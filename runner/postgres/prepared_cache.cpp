#include "runner/postgres/prepared_cache.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/postgres/runner_folder.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr const char* marker_name = "prepared";
static constexpr std::string_view marker_title = "runner-prepared-data-1";

/// "." keeps names that are no entries out of every listing.
static fs::path private_name(const fs::path& cache, std::string_view kind) {
  static std::atomic<unsigned> counter{0};
  return cache / fmt::format(".{}.{}.{}", kind, ::getpid(), counter++);
}

static std::optional<TreeSize> parse_marker(int fd) {
  char buffer[128];
  const ssize_t got = ::pread(fd, buffer, sizeof buffer, 0);
  if (got <= 0) return std::nullopt;
  std::istringstream text(std::string(buffer, static_cast<std::size_t>(got)));
  std::string title;
  TreeSize size;
  std::string end;
  if (!(text >> title >> size.files >> size.bytes >> end) || title != marker_title || end != "end")
    return std::nullopt;
  return size;
}

PreparedData::PreparedData(fs::path entry, TreeSize size, int lock)
    : entry_(std::move(entry)), size_(size), lock_(lock) {}

PreparedData::PreparedData(PreparedData&& other) noexcept
    : entry_(std::move(other.entry_)), size_(other.size_), lock_(std::exchange(other.lock_, -1)) {}

PreparedData::~PreparedData() {
  if (lock_ >= 0) ::close(lock_);
}

std::optional<PreparedData> PreparedData::open(const fs::path& entry) {
  const fs::path marker = entry / marker_name;
  const int lock = ::open(marker.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) {
    std::error_code ignored;
    if (errno == ENOENT && fs::exists(entry, ignored)) discard_prepared(entry);
    return std::nullopt;
  }
  struct stat held {};
  struct stat named {};
  std::optional<TreeSize> size;
  // Between open and lock it may have been removed: then the name is gone, or another file's.
  if (::flock(lock, LOCK_SH | LOCK_NB) == 0 && ::fstat(lock, &held) == 0 &&
      ::stat(marker.c_str(), &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev)
    size = parse_marker(lock);
  if (!size) {
    ::close(lock);
    return std::nullopt;
  }
  return PreparedData(entry, *size, lock);
}

void PreparedData::mark_used() const {
  ::futimens(lock_, nullptr);  // fails in a read-only cache, which nobody tidies either
}

void discard_prepared(const fs::path& entry) {
  const int lock = ::open((entry / marker_name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0 && errno != ENOENT) return;
  if (lock < 0 || ::flock(lock, LOCK_EX | LOCK_NB) == 0) {
    const fs::path doomed = private_name(entry.parent_path(), "old");
    std::error_code ignored;
    if (::rename(entry.c_str(), doomed.c_str()) == 0) fs::remove_all(doomed, ignored);
  }
  if (lock >= 0) ::close(lock);
}

void publish_prepared(const fs::path& data, const fs::path& entry) {
  const fs::path cache = entry.parent_path();
  std::error_code problem;
  fs::create_directories(cache, problem);
  const fs::path fresh = private_name(cache, "new");
  if (::mkdir(fresh.c_str(), 0700) != 0)
    throw Error{ExitCode::environment, fmt::format("cannot write the cache '{}'", cache.string())}.because(
        std::strerror(errno));
  try {
    const TreeSize size = copy_tree(data, fresh / "data");
    write_file(fresh / marker_name, fmt::format("{} {} {} end\n", marker_title, size.files, size.bytes),
               0600);
    if (::rename(fresh.c_str(), entry.c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST)
      throw Error{ExitCode::environment, fmt::format("cannot publish '{}'", entry.string())}.because(
          std::strerror(errno));
  } catch (...) {
    fs::remove_all(fresh, problem);
    throw;
  }
  fs::remove_all(fresh, problem);
  evict_prepared(cache);
}

namespace {
struct Listed {
  fs::path path;
  timespec used{};
  std::uint64_t bytes = 0;
};
}  // namespace

/// What runs that died left half made or half removed.
static void remove_old_private(const fs::path& path) {
  struct stat info {};
  std::error_code ignored;
  if (::lstat(path.c_str(), &info) == 0 && std::time(nullptr) - info.st_mtime > 3600)
    fs::remove_all(path, ignored);
}

static std::vector<Listed> list_entries(const fs::path& cache) {
  std::vector<Listed> entries;
  std::error_code ignored;
  for (fs::directory_iterator at(cache, ignored), end; !ignored && at != end; at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(".new.") || name.starts_with(".old.")) {
      remove_old_private(at->path());
      continue;
    }
    struct stat info {};
    if (::stat((at->path() / marker_name).c_str(), &info) != 0) continue;  // not ours
    const std::optional<PreparedData> entry = PreparedData::open(at->path());
    entries.push_back({at->path(), info.st_mtim, entry ? entry->size().bytes : 0});
  }
  return entries;
}

void evict_prepared(const fs::path& cache, const CacheLimits& limits) {
  std::vector<Listed> entries = list_entries(cache);
  std::sort(entries.begin(), entries.end(), [](const Listed& a, const Listed& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) > std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    bytes += entries[i].bytes;
    if (i >= limits.entries || (i > 0 && bytes > limits.bytes)) discard_prepared(entries[i].path);
  }
}

/// A folder that we can write, made when it is not there.
static bool usable(const fs::path& folder) {
  std::error_code problem;
  const bool made = fs::create_directories(folder, problem);
  if (problem) return false;
  if (made) ::chmod(folder.c_str(), 0700);
  return ::access(folder.c_str(), W_OK | X_OK) == 0;
}

/// In a folder that everybody can write, somebody else may have been first with the name.
static bool ours_alone(const fs::path& folder) {
  struct stat info {};
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return false;
  return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
         (info.st_mode & 077) == 0;
}

fs::path cache_folder(const fs::path& root) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value != nullptr ? value : "");
  };
  if (const fs::path chosen = variable("RUNNER_CACHE_DIR"); !chosen.empty()) {
    if (usable(chosen)) return chosen;
    throw Error{ExitCode::environment, fmt::format("cannot write RUNNER_CACHE_DIR '{}'", chosen.string())}
        .because(std::strerror(errno))
        .hint("let it name a folder that can be written, or unset it");
  }
  make_runner_folder(root);
  std::vector<fs::path> choices{root / ".runner" / "cache"};
  if (const fs::path xdg = variable("XDG_CACHE_HOME"); xdg.is_absolute()) choices.push_back(xdg / "runner");
  if (const fs::path home = variable("HOME"); home.is_absolute())
    choices.push_back(home / ".cache" / "runner");
  for (const fs::path& choice : choices)
    if (usable(choice)) return choice;
  std::error_code ignored;
  const fs::path last = fs::temp_directory_path(ignored) / fmt::format("runner-cache-{}", ::geteuid());
  return ours_alone(last) ? last : fs::path{};
}

}  // namespace runner
