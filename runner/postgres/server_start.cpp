#include "runner/postgres/server_start.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/server_tree.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <poll.h>
#include <sys/shm.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr auto start_limit = std::chrono::seconds(60);
static constexpr auto initdb_limit = std::chrono::minutes(5);

std::map<std::string, std::string> server_environment() {
  std::map<std::string, std::string> environment = minimal_environment({"LD_LIBRARY_PATH"});
  environment["TZ"] = "UTC";
  environment["LC_ALL"] = "C";
  return environment;
}

std::string database_locale() {
  const locale_t locale = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
  if (locale == nullptr) return "C";
  ::freelocale(locale);
  return "C.UTF-8";
}

/// Settings of every server of ours, given on the command line: nothing in the data directory, and no
/// ALTER SYSTEM, can change them.
static std::vector<std::string> common_settings() {
  return {"listen_addresses=",
          "port=5432",  // only a part of the socket's name; PGPORT must not change it
          "unix_socket_permissions=0700",
          "log_destination=stderr",
          "logging_collector=off",
          "log_statement=none",
          "log_min_messages=warning",
          "log_checkpoints=off",
          "lc_messages=C",
          "log_timezone=UTC",
          "timezone=UTC",
          "wal_level=logical",  // publications, slots
          "jit=off",
          "max_parallel_workers=0",  // plans and traces that are the same every time
          "max_parallel_workers_per_gather=0",
          "max_parallel_maintenance_workers=0",
          "dynamic_shared_memory_type=mmap",  // /dev/shm may be tiny
          "huge_pages=off"};
}

/// Extensions of which CREATE EXTENSION, or all use, is refused unless the server loaded them when it
/// started. Source: each one's README, "shared_preload_libraries".
static constexpr std::array<std::string_view, 4> preloaded{"pg_stat_statements", "pg_cron", "pg_net",
                                                           "pgaudit"};
/// These ask a program for their key, which only our own tree is sure to have.
static constexpr std::array<std::string_view, 2> preloaded_with_key{"pgsodium", "supabase_vault"};

/// Of those, what the installation has. A shadow gets no background processes: no job may run, nothing may be
/// sent, while migrations are tried.
static std::vector<std::string> preload_settings(const ServerBinaries& binaries, const fs::path& program,
                                                 Cluster::Durability durability) {
  const std::optional<InstallationFolders> folders = installation_folders(binaries);
  if (!folders) return {};
  std::string names;
  const auto add_installed = [&](std::span<const std::string_view> libraries) {
    for (const std::string_view name : libraries)
      if (fs::exists(folders->library / fmt::format("{}.so", name)))
        names += fmt::format("{}{}", names.empty() ? "" : ",", name);
  };
  add_installed(preloaded);
  if (program != binaries.folder / "postgres") add_installed(preloaded_with_key);
  if (names.empty()) return {};
  std::vector<std::string> settings{"shared_preload_libraries=" + names, "cron.database_name=postgres"};
  if (durability == Cluster::Durability::off)
    settings.insert(settings.end(), {"max_worker_processes=0", "pg_stat_statements.save=off"});
  return settings;
}

static std::vector<std::string> settings_of(Cluster::Durability durability, int major) {
  std::vector<std::string> settings = common_settings();
  const std::initializer_list<const char*> disposable = {
      "fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB",
      "max_connections=50",
      // One transaction may touch a whole schema: 2048 × 50 locks.
      "max_locks_per_transaction=2048", "min_wal_size=2MB", "max_wal_size=64MB", "checkpoint_timeout=1h",
      "autovacuum=off",  // statistics must not change between two looks
      "max_logical_replication_workers=0", "restart_after_crash=off"};
  const std::initializer_list<const char*> durable = {"fsync=on", "full_page_writes=on",
                                                      "synchronous_commit=on", "max_connections=100",
                                                      "max_locks_per_transaction=1024"};
  for (const char* setting : durability == Cluster::Durability::off ? disposable : durable)
    settings.emplace_back(setting);
  // After a crash, one call instead of one for each file. Since PostgreSQL 14.
  if (durability == Cluster::Durability::on && major >= 14)
    settings.emplace_back("recovery_init_sync_method=syncfs");
  return settings;
}

std::string last_lines(const fs::path& log, std::size_t lines) {
  std::string text;
  try {
    text = read_file(log);
  } catch (const Error&) {
    return "its log is empty";
  }
  std::string_view rest = trimmed(text);
  std::size_t start = rest.size();
  for (; lines > 0 && start != std::string::npos && start > 0; --lines) start = rest.rfind('\n', start - 1);
  return std::string(start == std::string::npos || start == 0 ? rest : rest.substr(start + 1));
}

/// The lines of postmaster.pid: process id, data directory, start time, port, socket folder, address, shared
/// memory, status. Source: PostgreSQL, src/include/utils/pidfile.h.
static std::vector<std::string> pid_file_lines(const fs::path& data) {
  std::vector<std::string> lines;
  std::string text;
  try {
    text = read_file(data / "postmaster.pid");
  } catch (const Error&) {
    return lines;  // not there yet, or no longer
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

pid_t recorded_postmaster(const fs::path& data) {
  const std::vector<std::string> lines = pid_file_lines(data);
  pid_t pid = 0;
  if (!lines.empty()) std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), pid);
  return std::max(pid, 0);
}

bool shared_memory_in_use(const fs::path& data) {
  const std::vector<std::string> lines = pid_file_lines(data);
  unsigned long key = 0;
  int id = 0;
  struct shmid_ds segment {};
  return lines.size() >= 7 && std::sscanf(lines[6].c_str(), "%lu %d", &key, &id) == 2 &&
         ::shmctl(id, IPC_STAT, &segment) == 0 && static_cast<unsigned long>(segment.shm_perm.__key) == key &&
         segment.shm_nattch > 0;
}

static bool says_ready(const fs::path& data, pid_t pid) {
  const std::vector<std::string> lines = pid_file_lines(data);
  return lines.size() >= 8 && lines[0] == std::to_string(pid) && lines[7] == "ready";
}

static void wait_until_ready(ServerProcess& server, const ServerLayout& layout, const StopSignal* stop) {
  const auto until = std::chrono::steady_clock::now() + start_limit;
  while (!says_ready(layout.data, server.pid())) {
    if (stop != nullptr) stop->check();
    const bool late = std::chrono::steady_clock::now() > until;
    if (late || !server.running())
      throw Error{ExitCode::environment, late ? "the embedded PostgreSQL server did not get ready in time"
                                              : "the embedded PostgreSQL server does not start"}
          .because(last_lines(layout.log));
    pollfd wait{stop != nullptr ? stop->fd() : -1, POLLIN, 0};
    ::poll(&wait, 1, 1);
  }
}

ServerProcess start_server(const ServerBinaries& binaries, const ServerLayout& layout, const RunAs& as,
                           Cluster::Durability durability, bool survives, const StopSignal* stop) {
  ServerProcess::Start start{.program = trusting_server(binaries),
                             .arguments = {"-D", layout.data.string(), "-k", layout.socket.string()},
                             .environment = server_environment(),
                             .folder = "/",
                             .log = layout.log,
                             .as = as,
                             .survives = survives};
  for (const auto& settings :
       {settings_of(durability, binaries.major), preload_settings(binaries, start.program, durability)})
    for (const std::string& setting : settings) {
      start.arguments.emplace_back("-c");
      start.arguments.push_back(setting);
    }
  ServerProcess server(start);
  try {
    wait_until_ready(server, layout, stop);
  } catch (...) {
    if (survives) server.stop(SIGQUIT, std::chrono::seconds(10));
    throw;
  }
  return server;
}

void trim_wal(const ServerBinaries& binaries, const fs::path& data, const RunAs& as, const StopSignal* stop) {
  const fs::path program = binaries.folder / "pg_resetwal";
  // Bundles for programs may lack it: then copies are some megabytes larger.
  if (!fs::exists(program)) return;
  const ChildResult result = run_child({.program = program.string(),
                                        .arguments = {"-D", data.string()},
                                        .environment = server_environment(),
                                        .folder = "/",
                                        .deadline = initdb_limit,
                                        .as = as},
                                       stop);
  if (!result.succeeded())
    throw Error{ExitCode::environment, fmt::format("pg_resetwal fails on '{}'", data.string())}.because(
        std::string(trimmed(result.errors)));
}

/// One identifier, quoted. There is no connection yet that could do it.
static std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

static void run_initdb(const ServerBinaries& binaries, const fs::path& data, const RunAs& as,
                       const StopSignal* stop) {
  const ChildResult result = run_child(
      {.program = (binaries.folder / "initdb").string(),
       .arguments = {"-D", data.string(), "-U", embedded_superuser, "-E", "UTF8",
                     "--locale=" + database_locale(), "--auth=trust", "--no-sync", "--wal-segsize=1"},
       .environment = server_environment(),
       .folder = "/",
       .deadline = initdb_limit,
       .as = as},
      stop);
  if (!result.succeeded())
    throw Error{ExitCode::environment, "initdb cannot make a data directory"}.because(
        std::string(trimmed(result.errors.empty() ? result.output : result.errors)));
}

void initialise_data(const ServerBinaries& binaries, const fs::path& data, const RunAs& as,
                     const std::string& owner, const StopSignal* stop) {
  run_initdb(binaries, data, as, stop);
  // The rights that a managed service gives to the owner of a database.
  const std::string sql = fmt::format(
      "CREATE ROLE {0} LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;\n"
      "ALTER DATABASE postgres OWNER TO {0};\n"
      // Else CREATEROLE could give itself a shell, up to PostgreSQL 15: who may grant a superuser's role is
      // one.
      "UPDATE pg_authid SET rolsuper = true WHERE rolname IN "
      "('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files');\n"
      "UPDATE pg_database SET datistemplate = false;\n"
      "DROP DATABASE template1;\n"
      "DROP DATABASE template0;\n",
      quoted_name(owner));
  // Single-user mode: no server to start and stop for five statements. Each line is one.
  const ChildResult result = run_child(
      {.program = (binaries.folder / "postgres").string(),
       .arguments = {"--single", "-F", "-D", data.string(), "-c", "exit_on_error=true", "-c",
                     "wal_level=logical", "-c", "min_wal_size=2MB", "-c", "log_checkpoints=off", "postgres"},
       .environment = server_environment(),
       .folder = "/",
       .input = sql,
       .deadline = initdb_limit,
       .as = as},
      stop);
  if (!result.succeeded() || result.errors.find("ERROR:") != std::string::npos)
    throw Error{ExitCode::environment, "cannot prepare a new data directory"}.because(
        std::string(trimmed(result.errors)));
}

}  // namespace runner
