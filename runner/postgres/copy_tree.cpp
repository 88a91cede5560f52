#include "runner/postgres/copy_tree.hpp"

#include "runner/core/error.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Some 350 small files: what counts is the number of system calls, so paths are never walked twice
/// (openat), sizes never asked for, and one buffer serves all.
class TreeCopy {
 public:
  explicit TreeCopy(TreeOwner owner) : owner_(owner), buffer_(1 << 20) {}
  TreeSize run(const fs::path& from, const fs::path& to);

 private:
  void folder(int from, int to, const fs::path& shown);
  void file(int from, int to, const char* name, const fs::path& shown);
  void bytes(int from, int to, const fs::path& shown);
  void give(int fd, const fs::path& shown) const;

  TreeOwner owner_;
  std::vector<char> buffer_;
  bool by_reference_ = true;  ///< until the file system says that it cannot
  TreeSize size_;
};

[[noreturn]] void fail(std::string_view doing, const fs::path& path, int problem) {
  Error error{ExitCode::environment, fmt::format("cannot {} '{}'", doing, path.string())};
  error.because(std::strerror(problem));
  if (problem == ENOSPC || problem == EDQUOT)
    error.hint("free some space there, or set TMPDIR to a larger disk");
  throw error;
}

void TreeCopy::give(int fd, const fs::path& shown) const {
  if (owner_.uid != static_cast<uid_t>(-1) && ::fchown(fd, owner_.uid, owner_.gid) != 0)
    fail("change the owner of", shown, errno);
}

void TreeCopy::bytes(int from, int to, const fs::path& shown) {
  for (;;) {
    const ssize_t got = ::read(from, buffer_.data(), buffer_.size());
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", shown, errno);
    size_.bytes += static_cast<std::uint64_t>(got);
    std::string_view rest(buffer_.data(), static_cast<std::size_t>(got));
    while (!rest.empty()) {
      const ssize_t put = ::write(to, rest.data(), rest.size());
      if (put >= 0)
        rest.remove_prefix(static_cast<std::size_t>(put));
      else if (errno != EINTR)
        fail("write the copy of", shown, errno);
    }
  }
}

void TreeCopy::file(int from, int to, const char* name, const fs::path& shown) {
  const Descriptor source(::openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (source.get() < 0) fail(errno == ELOOP ? "copy the symbolic link" : "read", shown / name, errno);
  const Descriptor copy(::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (copy.get() < 0) fail("write the copy of", shown / name, errno);
  give(copy.get(), shown / name);
  ++size_.files;
  if (by_reference_) {
    if (::ioctl(copy.get(), FICLONE, source.get()) == 0) {
      struct stat info {};
      ::fstat(copy.get(), &info);
      size_.bytes += static_cast<std::uint64_t>(info.st_size);
      return;
    }
    by_reference_ = false;
  }
  bytes(source.get(), copy.get(), shown / name);
}

void TreeCopy::folder(int from, int to, const fs::path& shown) {
  DIR* list = ::fdopendir(::dup(from));
  if (list == nullptr) fail("read the folder", shown, errno);
  const auto close_list = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close_list)> closer(list, close_list);
  while (const dirent* entry = ::readdir(list)) {
    const char* name = entry->d_name;
    if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat info {};
      is_folder = ::fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
    }
    if (!is_folder) {
      file(from, to, name, shown);
      continue;
    }
    if (::mkdirat(to, name, 0700) != 0) fail("write the copy of", shown / name, errno);
    const Descriptor inner_from(::openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const Descriptor inner_to(::openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (inner_from.get() < 0 || inner_to.get() < 0) fail("open the folder", shown / name, errno);
    give(inner_to.get(), shown / name);
    folder(inner_from.get(), inner_to.get(), shown / name);
  }
}

TreeSize TreeCopy::run(const fs::path& from, const fs::path& to) {
  if (::mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) fail("make the folder", to, errno);
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (source.get() < 0) fail("open the folder", from, errno);
  const Descriptor copy(::open(to.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (copy.get() < 0) fail("open the folder", to, errno);
  give(copy.get(), to);
  folder(source.get(), copy.get(), from);
  return size_;
}

}  // namespace

TreeSize copy_tree(const fs::path& from, const fs::path& to, TreeOwner owner) {
  return TreeCopy(owner).run(from, to);
}

/// One call for the whole file system: waiting for 500 files one by one takes fifty times as long.
void sync_tree(const fs::path& folder) {
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.get() < 0 || ::syncfs(open.get()) != 0) fail("sync the folder", folder, errno);
}

}  // namespace runner
