#include "runner/migration/stop_aware_sleep.hpp"

#include <cstdint>
#include <random>

#include <poll.h>

namespace runner {

void sleep_unless_stopped(std::chrono::milliseconds time, const StopSignal& stop) {
  const auto end = std::chrono::steady_clock::now() + time;
  pollfd watched{stop.fd(), POLLIN, 0};
  for (;;) {
    stop.check();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    ::poll(&watched, 1, static_cast<int>(left.count()));
  }
}

std::chrono::milliseconds jittered(std::chrono::milliseconds time) {
  static std::mt19937_64 random{std::random_device{}()};
  return std::chrono::milliseconds(
      std::uniform_int_distribution<std::int64_t>(time.count() / 2, time.count())(random));
}

}  // namespace runner
