#include "runner/postgres/socket_wait.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <libpq-fe.h>
#include <poll.h>

namespace runner {

static int milliseconds_until(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

Wake wait_for_socket(const pg_conn* connection, bool readable, bool writable, const StopSignal* stop,
                     const Deadline& deadline) {
  const int socket = PQsocket(connection);
  if (socket < 0) return Wake::socket;
  const int events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);
  pollfd watched[2] = {{socket, static_cast<short>(events), 0},
                       {stop != nullptr ? stop->fd() : -1, POLLIN, 0}};
  for (;;) {
    const int ready = poll(watched, 2, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Wake::deadline;
    if (watched[1].revents != 0) return Wake::stop;
    return Wake::socket;
  }
}

}  // namespace runner
