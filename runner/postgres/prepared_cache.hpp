#pragma once

#include "runner/postgres/copy_tree.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace runner {

/// A prepared data directory in a cache: <entry>/data and a marker, written last, that holds its size. The
/// marker's lock is shared by those that copy and exclusive for whoever removes; its time says when the entry
/// was last used.
class PreparedData {
 public:
  /// Nothing when there is none, or only a damaged one.
  static std::optional<PreparedData> open(const std::filesystem::path& entry);
  PreparedData(PreparedData&& other) noexcept;
  PreparedData& operator=(PreparedData&&) = delete;
  ~PreparedData();

  std::filesystem::path data() const { return entry_ / "data"; }
  const TreeSize& size() const { return size_; }
  void mark_used() const;

 private:
  PreparedData(std::filesystem::path entry, TreeSize size, int lock);
  std::filesystem::path entry_;
  TreeSize size_;
  int lock_;
};

/// Copies `data` into the cache and publishes it under `entry`'s name by an atomic rename; where another run
/// was faster, theirs stays. Then removes the least recently used entries beyond twelve, or 1 GiB.
/// Throws: Error{environment} when the cache cannot be written, which its caller may survive.
void publish_prepared(const std::filesystem::path& data, const std::filesystem::path& entry);

/// Removes an entry unless somebody copies it right now. Errors are ignored: a cache may lose anything.
void discard_prepared(const std::filesystem::path& entry);

struct CacheLimits {
  std::size_t entries = 12;
  std::uint64_t bytes = std::uint64_t{1} << 30;
};
void evict_prepared(const std::filesystem::path& cache, const CacheLimits& limits = {});

/// RUNNER_CACHE_DIR; else <root>/.runner/cache; where that cannot be written (a read-only checkout)
/// $XDG_CACHE_HOME/runner, ~/.cache/runner, or a folder of ours in TMPDIR. Made when it does not exist.
/// Empty when nothing can be written: then there is no cache.
std::filesystem::path cache_folder(const std::filesystem::path& root);

}  // namespace runner
