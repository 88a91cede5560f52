#include "tests/faults/pooler_process.hpp"

#include "runner/core/file.hpp"
#include "runner/process/child.hpp"
#include "runner/process/run_as.hpp"

#include <chrono>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

fs::path pgbouncer() {
  const fs::path here = find_program("pgbouncer");
  static constexpr const char* of_debian = "/usr/sbin/pgbouncer";  // not on an ordinary user's PATH
  return here.empty() && fs::exists(of_debian) ? of_debian : here;
}

/// Its socket's folder must be short, and the quotes of its configuration know no escape for a space.
PoolerProcess::PoolerProcess(const DatabaseUrl& server, const std::string& mode) : server_(server) {
  const RunAs as = unprivileged_user();
  fs::permissions(folder_.path(), fs::perms(0777));
  write_file(folder_ / "users", fmt::format("\"{}\" \"\"\n", server.get("user")));
  write_file(folder_ / "pgbouncer.ini",
             fmt::format("[databases]\n{} = host={} port=5432\n[pgbouncer]\nlisten_port=6432\n"
                         "unix_socket_dir={}\nauth_type=trust\nauth_file={}\npool_mode={}\n",
                         server.get("dbname"), server.get("host"), folder_.path().string(),
                         (folder_ / "users").string(), mode));
  process_.emplace(ServerProcess::Start{.program = pgbouncer(),
                                        .arguments = {folder_ / "pgbouncer.ini"},
                                        .environment = minimal_environment(),
                                        .folder = "/",
                                        .log = folder_ / "log",
                                        .as = as});
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!fs::exists(folder_ / ".s.PGSQL.6432")) {
    if (!process_->running() || std::chrono::steady_clock::now() > until)
      throw std::runtime_error("PgBouncer does not start: " + read_file(folder_ / "log"));
    ::usleep(1000);
  }
}

DatabaseUrl PoolerProcess::url() const {
  return server_.with("host", folder_.path().string()).with("port", "6432");
}

}  // namespace runner
