#include "runner/migration/lock_patience.hpp"

#include <map>

#include <gtest/gtest.h>

namespace runner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

static constexpr DurationRange usual{10ms, 80ms};

/// What tries add up to that all wait in vain for `time`.
struct Waits {
  milliseconds together{};
  std::map<milliseconds, int> tries{};
};
static Waits waits_in(milliseconds time, const DurationRange& range = usual) {
  LockPatience patience(range);
  Waits waits;
  for (milliseconds elapsed{}; elapsed < time;) {
    const milliseconds wait = patience.next_wait(elapsed);
    waits.together += wait;
    ++waits.tries[wait];
    elapsed += wait + patience.next_pause();
  }
  return waits;
}

TEST(LockPatience, KeepsOthersWaitingForAHundredthOfTheTimeAtMost) {
  for (const milliseconds time : {milliseconds(10s), milliseconds(1min), milliseconds(10min)})
    EXPECT_LE(waits_in(time).together, 60ms + time / 100) << time.count();
}

TEST(LockPatience, MakesShortTriesMostOfTheTime) {
  const Waits waits = waits_in(10s);
  EXPECT_GE(waits.tries.at(10ms), 7);
  EXPECT_EQ(waits.tries.at(20ms), 1);
  EXPECT_EQ(waits.tries.at(40ms), 1);
  EXPECT_EQ(waits.tries.size(), 3U);
}

TEST(LockPatience, WaitsLongerOnceItHasSavedTimeUp) {
  EXPECT_GE(waits_in(1min).tries[80ms], 1);
  const Waits waits = waits_in(10min);
  EXPECT_GE(waits.tries.at(80ms), 20);
  EXPECT_EQ(waits.tries.rbegin()->first, 80ms) << "never longer than the range says";
}

TEST(LockPatience, KeepsToARangeOfOneLength) {
  const Waits waits = waits_in(1min, {.from = 200ms, .to = 200ms});
  EXPECT_EQ(waits.tries.size(), 1U);
  EXPECT_EQ(waits.tries.begin()->first, 200ms);
}

TEST(LockPatience, StaysAwayForLongerUpToTwoSeconds) {
  LockPatience patience(usual);
  EXPECT_EQ(patience.next_pause(), 50ms);
  EXPECT_EQ(patience.next_pause(), 100ms);
  for (int i = 0; i < 20; ++i) patience.next_pause();
  EXPECT_EQ(patience.next_pause(), 2s);
}

}  // namespace runner
