#include "runner/postgres/remote_roles.hpp"

#include "runner/core/error.hpp"
#include "runner/postgres/session.hpp"

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <poll.h>

namespace runner {

using RoleNames = std::set<std::string>;

struct RemoteRoles::Impl {
  Session session;  ///< holds the lock; without stop signal, because it must clean up after one
  Reporter& reporter;
  RoleNames before{};
};

/// "runner shadow" as a number; advisory locks of one database share one space of numbers.
static constexpr std::string_view lock_number = "8239432117203364";
static constexpr std::chrono::minutes longest_wait{10};
static constexpr std::chrono::milliseconds between_tries{250};

static RoleNames roles_of(Session& session) {
  RoleNames names;
  for (const auto& row : session.query("SELECT rolname FROM pg_roles", "list the roles").rows)
    names.insert(row.at(0).value_or(""));
  return names;
}

/// By polling: a session that waits for a lock in the server could not listen to the stop signal's end.
static void take_lock(Session& session, const StopSignal* stop, Reporter& reporter) {
  const std::string try_lock = fmt::format("SELECT pg_try_advisory_lock({})", lock_number);
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  bool told = false;
  while (session.query(try_lock, "lock the shadow server").rows.at(0).at(0) != "t") {
    if (std::chrono::steady_clock::now() > deadline)
      throw Error{ExitCode::busy,
                  fmt::format("another run holds the shadow server {}", session.url().describe())}
          .because(fmt::format("it still did after {} min", longest_wait.count()))
          .hint("try again when it has ended, or give each runner a shadow server of its own");
    if (!told)
      reporter.say(fmt::format("waiting for another run on the shadow server {}", session.url().describe()));
    told = true;
    pollfd watched{stop != nullptr ? stop->fd() : -1, POLLIN, 0};
    poll(&watched, 1, static_cast<int>(between_tries.count()));
    if (stop != nullptr) stop->check();
  }
}

RemoteRoles::RemoteRoles(const DatabaseUrl& server, const StopSignal* stop, Reporter& reporter)
    : impl_(new Impl{.session = Session::connect(server, {.application_name = "runner shadow"}, nullptr),
                     .reporter = reporter}) {
  take_lock(impl_->session, stop, reporter);
  impl_->before = roles_of(impl_->session);
}

/// Drops what can be dropped; a role may have to wait for one that it granted something to.
static RoleNames drop_roles(Session& session, RoleNames names) {
  for (bool progress = true; progress && !names.empty();) {
    progress = false;
    std::erase_if(names, [&](const std::string& name) {
      const std::string role = session.quoted_identifier(name);
      bool gone = !session.execute("DROP ROLE " + role).error;
      if (!gone && !session.execute("DROP OWNED BY " + role).error)  // rights on databases and parameters
        gone = !session.execute("DROP ROLE " + role).error;
      progress = progress || gone;
      return gone;
    });
  }
  return names;
}

RemoteRoles::~RemoteRoles() {
  try {
    RoleNames made = roles_of(impl_->session);
    for (const std::string& name : impl_->before) made.erase(name);
    std::string left;
    for (const std::string& name : drop_roles(impl_->session, std::move(made)))
      left += (left.empty() ? "" : ", ") + name;
    if (!left.empty())
      impl_->reporter.warn(
          fmt::format("roles that this run made on the shadow server could not be dropped: {}", left));
  } catch (const Error& error) {
    impl_->reporter.warn(
        fmt::format("roles that this run made on the shadow server may be left: {}", error.message()));
  }
}

}  // namespace runner
