#include "tests/bench/bare_server.hpp"

#include "runner/core/secret.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "tests/bench/measure.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

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

static std::vector<std::string> arguments_for(const fs::path& folder,
                                              const std::vector<std::string>& settings) {
  std::vector<std::string> arguments{"-D", (folder / "data").string(), "-k", folder.string(),
                                     "-c", "listen_addresses=",        "-c", "port=5432"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"-c", setting});
  return arguments;
}

static fs::path new_folder(const fs::path& beside) {
  std::string folder = (beside / "runner-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  return folder;
}

BareServer::BareServer(const fs::path& prepared_data, const fs::path& beside,
                       const std::vector<std::string>& settings)
    : folder_(new_folder(beside)) {
  run({.arguments = {"/bin/cp", "-a", prepared_data.string(), (folder_ / "data").string()}});
  const RunAs as = unprivileged_user();
  if (as.drop)
    run({.arguments = {"/bin/chown", "-R", fmt::format("{}:{}", as.uid, as.gid), folder_.string()}});
  server_ = std::make_unique<ServerProcess>(
      ServerProcess::Start{.program = find_server_binaries().folder / "postgres",
                           .arguments = arguments_for(folder_, settings),
                           .environment = {},
                           .folder = "/",
                           .log = folder_ / "log",
                           .as = as});
  PQfinish(connect_when_ready(folder_));
}

BareServer::~BareServer() {
  server_->stop(SIGQUIT, std::chrono::seconds(5));
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

DatabaseUrl BareServer::url(const std::string& database) const {
  return DatabaseUrl::parse(
      Secret(fmt::format("host='{}' port=5432 user=postgres dbname='{}'", folder_.string(), database)),
      "the bare server");
}

void bare_server_does(const fs::path& prepared_data, const std::vector<std::string>& statements) {
  const BareServer server(prepared_data, fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp", {"fsync=off"});
  PGconn* connection = connect_when_ready(server.folder());
  for (const std::string& statement : statements) {
    PGresult* result = PQexec(connection, statement.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error(PQerrorMessage(connection));
  }
  PQfinish(connection);
}

fs::path newest_entry(const fs::path& cache) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(cache))
    if (fs::is_directory(entry.path() / "data") &&
        (newest.empty() || fs::last_write_time(entry) > fs::last_write_time(newest)))
      newest = entry.path();
  return newest / "data";
}

}  // namespace runner::bench
