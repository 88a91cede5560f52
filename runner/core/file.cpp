#include "runner/core/file.hpp"

#include "runner/core/error.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

static Error file_error(ExitCode code, std::string_view doing, const std::filesystem::path& path,
                        int problem) {
  Error error{code, fmt::format("cannot {} '{}'", doing, path.string())};
  error.because(std::strerror(problem));
  if (problem == EACCES || problem == EPERM)
    error.hint("check the permissions of the file and of the folders above it");
  if (problem == ENOSPC) error.hint("free some space on that disk");
  return error;
}

std::string read_file(const std::filesystem::path& path, ExitCode code) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw file_error(code, "read", path, errno);
  std::string text;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) text.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) {
      text.append(buffer, static_cast<std::size_t>(got));
    } else if (got == 0) {
      break;
    } else if (errno != EINTR) {
      const int problem = errno;
      ::close(fd);
      throw file_error(code, "read", path, problem);
    }
  }
  ::close(fd);
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view text, unsigned mode) {
  const std::filesystem::path beside = path.string() + fmt::format(".{}.tmp", ::getpid());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(mode));
  if (fd < 0) throw file_error(ExitCode::environment, "write", path, errno);
  int problem = 0;
  while (!text.empty() && problem == 0) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put >= 0)
      text.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR)
      problem = errno;
  }
  if (::close(fd) != 0 && problem == 0) problem = errno;
  if (problem == 0 && ::rename(beside.c_str(), path.c_str()) != 0) problem = errno;
  if (problem != 0) {
    ::unlink(beside.c_str());
    throw file_error(ExitCode::environment, "write", path, problem);
  }
}

std::string display_path(const std::filesystem::path& path, const std::filesystem::path& root) {
  const std::filesystem::path relative = path.lexically_normal().lexically_relative(root.lexically_normal());
  if (relative.empty() || *relative.begin() == "..") return path.string();
  return relative.string();
}

}  // namespace runner
