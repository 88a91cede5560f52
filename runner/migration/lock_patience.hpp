#pragma once

#include "runner/core/duration.hpp"

#include <chrono>

namespace runner {

/// How long each try may wait for a lock, and how long to stay away before the next one. While we wait in a
/// lock's queue, everybody else waits behind us: all tries together may do so for a hundredth of the time
/// that has passed, and a little in advance. So most tries are short, which is enough where nobody is in the
/// way for long; once time was saved up for it, one waits twice as long as the longest before, up to the
/// range's end.
class LockPatience {
 public:
  explicit LockPatience(DurationRange lock_timeout) : range_(lock_timeout) {}

  /// For the next try, `elapsed` after the first one began.
  std::chrono::milliseconds next_wait(std::chrono::milliseconds elapsed);
  /// Behind that try: doubles from 50 ms up to 2 s.
  std::chrono::milliseconds next_pause();

 private:
  DurationRange range_;
  std::chrono::milliseconds spent_{};
  std::chrono::milliseconds longest_ = range_.from;
  std::chrono::milliseconds pause_{};
};

}  // namespace runner
