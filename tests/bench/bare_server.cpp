#include "tests/bench/bare_server.hpp"

#include "runner/postgres/server_binaries.hpp"
#include "runner/process/server_process.hpp"
#include "tests/bench/measure.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner::bench {

namespace fs = std::filesystem;

static PGconn* connect_when_ready(const fs::path& socket_folder) {
  const std::string address =
      fmt::format("host={} port=5432 user=postgres dbname=postgres", socket_folder.string());
  for (int tries = 0; tries < 10'000; ++tries) {
    PGconn* connection = PQconnectdb(address.c_str());
    if (PQstatus(connection) == CONNECTION_OK) return connection;
    PQfinish(connection);
    ::poll(nullptr, 0, 1);
  }
  throw std::runtime_error("the bare server does not answer");
}

void bare_server_does(const fs::path& prepared_data, const std::vector<std::string>& statements) {
  std::string folder =
      fs::is_directory("/dev/shm") ? "/dev/shm/runner-bench-XXXXXX" : "/tmp/runner-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  const fs::path data = fs::path(folder) / "data";
  run({.arguments = {"/bin/cp", "-a", prepared_data.string(), data.string()}});
  const RunAs as = unprivileged_user();
  if (as.drop) run({.arguments = {"/bin/chown", "-R", fmt::format("{}:{}", as.uid, as.gid), folder}});
  ServerProcess server({.program = find_server_binaries().folder / "postgres",
                        .arguments = {"-D", data.string(), "-k", folder, "-c", "listen_addresses=", "-c",
                                      "fsync=off", "-c", "port=5432"},
                        .environment = {},
                        .folder = "/",
                        .log = fs::path(folder) / "log",
                        .as = as});
  PGconn* connection = connect_when_ready(folder);
  for (const std::string& statement : statements) {
    PGresult* result = PQexec(connection, statement.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error(PQerrorMessage(connection));
  }
  PQfinish(connection);
  server.stop(SIGQUIT, std::chrono::seconds(5));
  fs::remove_all(folder);
}

}  // namespace runner::bench
