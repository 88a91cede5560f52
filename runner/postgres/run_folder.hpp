#pragma once

#include "runner/process/run_as.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace runner {

/// The folder of one server of one run: data/ and socket/ (0700, the server's user), log, and a lock that
/// the kernel releases however we end. Outside the checkout, because a server that dropped root may not be
/// able to enter that. Removed with this object.
class RunFolder {
 public:
  /// Throws: Error{environment}.
  RunFolder(const std::filesystem::path& place, const RunAs& as);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path data() const { return path_ / "data"; }
  std::filesystem::path log() const { return path_ / "log"; }
  const std::filesystem::path& socket() const { return socket_; }
  /// Notes who the server is, for a later run that may have to end it.
  void record_server(pid_t pid) const;

 private:
  std::filesystem::path path_;
  std::filesystem::path socket_;
  int lock_ = -1;
};

/// Where run folders may lie, best first: /dev/shm, TMPDIR, /tmp, /var/tmp.
std::vector<std::filesystem::path> run_places();
/// The first of `places` with enough space for a server over `data_bytes` that its user may enter.
/// Throws: Error{environment} with what each place has.
std::filesystem::path choose_run_place(const std::vector<std::filesystem::path>& places,
                                       std::uint64_t data_bytes, const RunAs& as);

/// Removes the folders of runs that died, and ends a server that outlived its run. A server is ended only
/// when nobody holds the folder's lock, and process id, start time and command line are the recorded ones.
void sweep_dead_runs(const std::vector<std::filesystem::path>& places);

/// The longest path of a folder that can hold a server's socket.
/// Source: unix(7): 108 bytes with the final NUL; the file is called .s.PGSQL.<port>.
inline constexpr std::size_t longest_socket_folder = 107 - 14;

}  // namespace runner
