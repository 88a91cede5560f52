#pragma once

#include "runner/core/reporter.hpp"
#include "runner/postgres/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A session that keeps another one waiting.
struct Blocker {
  int pid = 0;  ///< 0: a prepared transaction
  std::string user{};
  std::string application{};
  std::string state{};         ///< "active", "idle in transaction"
  std::chrono::seconds age{};  ///< of its transaction
  std::string query{};         ///< normalised: without data
};

/// Those that the session `pid` waits for now. `looker` is another session.
std::vector<Blocker> blockers_of(Session& looker, int pid);

/// Those that hold the session-level advisory lock `key`; their age is that of their connection, and they
/// have no state and no query.
std::vector<Blocker> holders_of(Session& looker, std::int64_t key);

/// "pid 4711 (user app, application web, idle in transaction for 12 s): SELECT a FROM t WHERE id = $1"
std::string shown(const Blocker& blocker);
/// The same for several, with "; " between; "" for none.
std::string shown(const std::vector<Blocker>& blockers);

/// Looks at a target from beside while a session of ours works there: who blocks it, and for how long it has
/// held locks that others feel. It connects at the first look, so what ends at once costs nothing.
class TargetWatch {
 public:
  TargetWatch(const Session& watched, Reporter& reporter, std::chrono::milliseconds max_lock_hold)
      : watched_(watched), reporter_(reporter), max_lock_hold_(max_lock_hold) {}

  void begin_try(bool eager);  ///< eager: the last try met a lock
  std::chrono::milliseconds first_look() const;
  /// Looks, and says when to look again. Throws nothing: whoever waits must not be disturbed.
  std::chrono::milliseconds look(Session& waiting);

  const std::vector<Blocker>& blockers() const { return blockers_; }  ///< seen last
  /// The relations whose locks were held for too long; the statement was cancelled then.
  const std::string& held_too_long() const { return held_too_long_; }

 private:
  void look_at_blockers();
  void look_at_locks(Session& waiting);
  void look_at_index();

  const Session& watched_;
  Reporter& reporter_;
  std::chrono::milliseconds max_lock_hold_;
  std::optional<Session> looker_{};
  bool cannot_look_ = false;
  bool eager_ = false;
  std::chrono::milliseconds pause_{};
  std::vector<Blocker> blockers_{};
  std::string told_{};
  std::optional<std::chrono::steady_clock::time_point> held_since_{};
  std::string held_too_long_{};
};

}  // namespace runner
